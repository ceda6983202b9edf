/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the root of a container lies for a hook that runs on the host.
 *
 * runc and crun run createRuntime (and prestart, its older name) when everything that the
 * configuration mounts has been mounted, in the mount namespace of the container, but before
 * pivot_root(2): its first process still has a copy of the host's mounts, and its root file system
 * is mounted somewhere in them. From poststart on it is the process's root.
 */
#pragma once

#include "mounts/mountinfo.h"

/*
 * "/" or the place of the root file system, which config.json says to be at `rootfs` (an absolute
 * path without symbolic links). `own` are the mounts of whoever asks, `theirs` those of the
 * container's process. Borrowed. ENOENT: it is at neither place.
 */
const char *lx_rootfs_find(const LxMountinfo *own, const LxMountinfo *theirs, const char *rootfs,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
