/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where to listen: "127.0.0.1:9756", "[::1]:9756", "unix:/run/lxfs/metrics.sock". */
#pragma once

#include "lxfs.h"

#include <gio/gio.h>

/* No host names, and no port without an address: whoever wants all addresses says 0.0.0.0. EINVAL.
 */
GSocketAddress *lx_whereabouts_parse(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As it is parsed. For g_free. */
char *lx_whereabouts_text(GSocketAddress *address);

/*
 * Makes room for a socket in the file system: one that nobody listens at any more is removed. EBUSY
 * when somebody does, EEXIST when it is no socket. Does nothing for other addresses.
 */
bool lx_whereabouts_claim(GSocketAddress *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Removes it. */
void lx_whereabouts_release(GSocketAddress *address);
