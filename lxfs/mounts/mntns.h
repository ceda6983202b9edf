/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mount namespaces of all processes, each one once. */
#pragma once

#include "mounts/mountinfo.h"

#define LX_MNTNS_PIDS 4

typedef struct {
	uint64_t inode;            /* of /proc/PID/ns/mnt */
	pid_t pids[LX_MNTNS_PIDS]; /* the first processes in it */
	unsigned n_pids;
} LxMntns;

/* An array of LxMntns. */
GArray *lx_mntns_find(GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The mounts as that one of its processes sees them who has most probably not changed its root, and
 * that process. A namespace whose processes have all gone is an error (ESRCH or ENOENT).
 */
LxMountinfo *lx_mntns_mounts(
	const LxMntns *space, pid_t *out_pid, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 0 when the process has gone. */
uint64_t lx_mntns_inode(pid_t pid);
