/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the cgroup hierarchies lie: v2 alone, v1 with controllers mounted apart, or both (hybrid).
 * Found once, at the start. Kernel documents: admin-guide/cgroup-v1/cgroups.rst, cgroup-v2.rst.
 */
#pragma once

#include "base/sysroot.h"

/* What lxfs asks of a cgroup; each lies in one hierarchy or in none. */
typedef enum {
	LX_CONTROLLER_CPU,
	LX_CONTROLLER_CPUACCT, /* the time used; the v2 cpu.stat exists without any controller */
	LX_CONTROLLER_CPUSET,
	LX_CONTROLLER_MEMORY,
	LX_CONTROLLER_IO,
	LX_CONTROLLER_HUGETLB,
	LX_CONTROLLER_PIDS,
	LX_CONTROLLER_PRESSURE, /* the *.pressure files, which only v2 has */
	LX_N_CONTROLLERS
} LxController;

#define LX_HIERARCHIES_MAX 32

typedef struct {
	bool v2;
	char *mount;       /* relative to the system root: "sys/fs/cgroup/memory" */
	char *controllers; /* as in /proc/PID/cgroup: "cpu,cpuacct", "name=systemd"; "" on v2 */
} LxHierarchy;

typedef struct {
	unsigned n_hierarchies;
	LxHierarchy hierarchies[LX_HIERARCHIES_MAX];
	int of[LX_N_CONTROLLERS]; /* index of the hierarchy, -1: this host has none */
} LxLayout;

/*
 * On a live host libcgroup names the controllers' mounts; on a captured one (and for v2 without
 * controllers, which libcgroup does not list) they are read from proc/self/mounts below the root.
 * Fails with ENOTSUP when there is no cgroup hierarchy at all. Free with lx_layout_free.
 */
LX_MUST_CHECK LxLayout *lx_layout_new(const LxSysroot *root, GError **error);
void lx_layout_free(LxLayout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxLayout, lx_layout_free)

/* "v1", "v2" or "hybrid": for the log and doctor. */
const char *lx_layout_name(const LxLayout *layout);

/* The hierarchy of a controller; NULL when the host has none. */
const LxHierarchy *lx_layout_hierarchy(const LxLayout *layout, LxController controller);
