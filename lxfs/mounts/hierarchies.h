/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hierarchies of cgroups that a container has mounted below its /sys/fs/cgroup, and what of the
 * cgroup view belongs over each.
 *
 * A mount of a hierarchy shows a cgroup and what is below it, and mountinfo names that cgroup as
 * whoever reads it names it: "/" is the root of his cgroup namespace. The view names a cgroup as
 * its caller does. So a mount whose root is "/" for the container shows what the folder of its
 * hierarchy does in the view. Without a cgroup namespace runtimes mount the container's own cgroup
 * alone, "/docker/1", and the view has a name for that, too.
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

/* A mount in a container. */
typedef struct {
	const LxMount *mount;
	const char *root; /* the same as the container names it */
	bool rooted;      /* it has a cgroup namespace of its own */
	pid_t pid;        /* its first process */
} LxHierarchyMount;

/*
 * The path below the mount point of lxfs that shows what is mounted there, for g_free: "cgroup",
 * "cgroup/memory", "cgroup/.own.memory". It means the same whoever looks it up. `own` are our own
 * mounts. NULL: it shows neither all that is there for the container nor its own cgroup. Asks
 * whoever serves.
 */
char *lx_hierarchies_view_name(
	const LxMountinfo *own, const char *mountpoint, const LxHierarchyMount *there);

/* Where the host has what `mount` shows, for g_free. NULL: nowhere. */
char *lx_hierarchies_host_path(const LxMountinfo *own, const LxMount *mount);
