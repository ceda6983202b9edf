/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may talk to the HTTP server, and for how long. libsoup waits for a client for ever; so
 * connections are taken here, a few at a time, and each is ended when its time is over, whatever it
 * is doing.
 */
#pragma once

#include "lxfs.h"

#include <libsoup/soup.h>

typedef struct LxAdmission LxAdmission;

/* Listens at `address`, and hands what comes to `server`. */
LxAdmission *lx_admission_new(
	SoupServer *server, GSocketAddress *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Listens no more. */
void lx_admission_free(LxAdmission *admission);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxAdmission, lx_admission_free)

/* Where it listens: with the port that was chosen for port 0. The caller's. */
GSocketAddress *lx_admission_address(const LxAdmission *admission);
