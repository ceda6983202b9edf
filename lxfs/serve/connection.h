/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A FUSE connection as the supervisor sees it: the descriptor of /dev/fuse, the mount, and the one
 * FUSE_INIT request, which is taken here and handed to every worker alike, the first one included.
 */
#pragma once

#include "serve/estate.h"

/*
 * Makes the file system and takes its FUSE_INIT into the estate. *out_mount is the detached mount,
 * to be attached with lx_connection_attach.
 */
bool lx_connection_new(LxEstate *estate, LxConnectionKind kind, int *out_mount,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Attaches a mount at a folder. For the folder of a mount that lxfs serves a worker must answer. */
bool lx_connection_attach(int mount, const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The folder of a connection below the mount point: "", "proc/pressure" or "cgroup". */
const char *lx_connection_folder(LxConnectionKind kind);

/* Detaches whatever lxfs mounted at the mount point; quiet about what is not there. */
void lx_connection_unmount(const char *mountpoint);
