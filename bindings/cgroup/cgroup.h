/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container's cgroup across all hierarchies: for every controller the level that it stands at.
 * v1 and v2 end here: the readers (cgroup/memory.h, cgroup/cpu.h, ...) take an LxCgroup and give
 * facts, whatever hierarchy they come from. Immutable; shared by reference; safe from any thread.
 */
#pragma once

#include "cgroup/level.h"
#include "cgroup/membership.h"

typedef struct LxCgroup LxCgroup;

/* Looks up every level. ENOENT when one of the cgroups has gone. */
LX_MUST_CHECK LxCgroup *lx_cgroup_new(
	LxLevels *levels, const LxLayout *layout, const LxMembership *membership, GError **error);
LxCgroup *lx_cgroup_ref(LxCgroup *cgroup);
void lx_cgroup_unref(LxCgroup *cgroup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxCgroup, lx_cgroup_unref)

/*
 * The level at which the controller's files are. NULL when the host has no such controller or the
 * container stands at the root of that hierarchy: then there is no limit and no usage of its own.
 * Borrowed.
 */
LxLevel *lx_cgroup_level(const LxCgroup *cgroup, LxController controller);

/* The level in a hierarchy (an index of the layout). NULL: the container stands at its root. */
LxLevel *lx_cgroup_hierarchy_level(const LxCgroup *cgroup, unsigned hierarchy);

/*
 * The level that names the container: its place in the first hierarchy, in the order memory, cpu,
 * pids, ..., in which it does not stand at the root. NULL for the host itself. Borrowed.
 */
LxLevel *lx_cgroup_primary(const LxCgroup *cgroup);

/* Its number from boot to shutdown: id and hierarchy of the primary level; 0 for the host. */
uint64_t lx_cgroup_id(const LxCgroup *cgroup);

/* What sets the numbers of a hierarchy's cgroups apart: the id has it in its highest eight bits.
 * Not 0. */
uint32_t lx_cgroup_mark(unsigned hierarchy);

/* Forgets all its levels (see lx_levels_forget): after a read said ENOENT. */
void lx_cgroup_forget(LxCgroup *cgroup);

/* The container's tasks can be found here: every distinct level, the primary one first. */
unsigned lx_cgroup_n_levels(const LxCgroup *cgroup);
LxLevel *lx_cgroup_nth_level(const LxCgroup *cgroup, unsigned n);
