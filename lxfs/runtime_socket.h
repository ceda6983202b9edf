/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unix sockets in the runtime folder, for root alone. */
#pragma once

#include "lxfs.h"

/*
 * Makes RUNTIME/`name` anew, of type SOCK_STREAM or SOCK_SEQPACKET, and listens there without
 * blocking; `backlog` as of listen(2). -1 with an error.
 */
int lx_runtime_socket_listen(const char *runtime_dir, const char *name, int type, int backlog,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Connects to it; blocks. ENOENT or ECONNREFUSED when nobody listens. */
int lx_runtime_socket_connect(const char *runtime_dir, const char *name, int type,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
