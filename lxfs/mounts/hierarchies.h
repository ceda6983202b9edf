/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hierarchies of cgroups that a container has mounted below its /sys/fs/cgroup, and what of the
 * cgroup view belongs over each.
 *
 * A mount of a hierarchy shows a cgroup and what is below it, and mountinfo names that cgroup as
 * whoever reads it names it: "/" is the root of his cgroup namespace. The view names a cgroup as
 * its caller does, so that the root of a mount, read within the container's cgroup namespace, is
 * the path in the view.
 */
#pragma once

#include "mounts/mountinfo.h"

#define LX_HIERARCHIES_PLACE "sys/fs/cgroup"
/* The cgroup view below the mount point of lxfs. */
#define LX_HIERARCHIES_VIEW "cgroup"

/* A file system of the kernel's cgroups. */
bool lx_hierarchies_is_one(const LxMount *mount);
/* A mount of the cgroup view, dead or alive. */
bool lx_hierarchies_is_view(const LxMount *mount);

/*
 * The topmost mounts at and below `place` that are either of both and not hidden, one after the
 * other; NULL at the end.
 */
const LxMount *lx_hierarchies_next(const LxMountinfo *info, const char *place, unsigned *cursor);
/* The kernel's own at the place of `top`: itself, or under the views on it. NULL: there is none. */
const LxMount *lx_hierarchies_kernel(const LxMountinfo *info, const LxMount *top);

/*
 * The path below the mount point of lxfs that shows what `mount` shows, for g_free: "cgroup",
 * "cgroup/memory", "cgroup/memory/docker/1". `root` is the mount's root as the container names it,
 * `rooted` whether it has a cgroup namespace of its own, `own` are our own mounts. NULL: nothing in
 * the view shows it to everybody who looks. Asks whoever serves.
 */
char *lx_hierarchies_view_name(const LxMountinfo *own, const char *mountpoint, const LxMount *mount,
	const char *root, bool rooted);

/* Where the host has what `mount` shows, for g_free. NULL: nowhere. */
char *lx_hierarchies_host_path(const LxMountinfo *own, const LxMount *mount);
