/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A container's cgroup across all hierarchies: for every controller the level it stands at. */
#include "cgroup/cgroup.h"

#include "base/number.h"

struct LxCgroup {
	gatomicrefcount references;
	LxLevels *table;
	int of[LX_N_CONTROLLERS];
	LxLevel *by_hierarchy[LX_HIERARCHIES_MAX];
	LxLevel *primary; /* one of by_hierarchy */
	unsigned n_levels;
	LxLevel *levels[LX_HIERARCHIES_MAX]; /* those of by_hierarchy that are not NULL */
};

/* Which hierarchy names a container: the one that limits it most surely comes first. */
static const LxController naming_order[] = {LX_CONTROLLER_MEMORY, LX_CONTROLLER_CPU,
	LX_CONTROLLER_PIDS, LX_CONTROLLER_CPUACCT, LX_CONTROLLER_CPUSET, LX_CONTROLLER_IO,
	LX_CONTROLLER_PRESSURE, LX_CONTROLLER_HUGETLB};

static LxLevel *find_primary(const LxCgroup *cgroup)
{
	for (size_t i = 0; i < G_N_ELEMENTS(naming_order); i++) {
		LxLevel *level = lx_cgroup_level(cgroup, naming_order[i]);

		if (level)
			return level;
	}
	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++)
		if (cgroup->by_hierarchy[i])
			return cgroup->by_hierarchy[i];
	return NULL;
}

static void list_levels(LxCgroup *cgroup)
{
	if (cgroup->primary)
		cgroup->levels[cgroup->n_levels++] = cgroup->primary;
	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++)
		if (cgroup->by_hierarchy[i] && cgroup->by_hierarchy[i] != cgroup->primary)
			cgroup->levels[cgroup->n_levels++] = cgroup->by_hierarchy[i];
}

LxCgroup *lx_cgroup_new(
	LxLevels *levels, const LxLayout *layout, const LxMembership *membership, GError **error)
{
	g_autoptr(LxCgroup) cgroup = g_new0(LxCgroup, 1);

	g_atomic_ref_count_init(&cgroup->references);
	cgroup->table = levels;
	memcpy(cgroup->of, layout->of, sizeof cgroup->of);
	for (unsigned i = 0; i < layout->n_hierarchies; i++)
		if (membership->paths[i] && !lx_levels_get(levels, i, membership->paths[i],
						    &cgroup->by_hierarchy[i], error))
			return NULL;
	cgroup->primary = find_primary(cgroup);
	list_levels(cgroup);
	return g_steal_pointer(&cgroup);
}

LxCgroup *lx_cgroup_ref(LxCgroup *cgroup)
{
	g_atomic_ref_count_inc(&cgroup->references);
	return cgroup;
}

void lx_cgroup_unref(LxCgroup *cgroup)
{
	if (!cgroup || !g_atomic_ref_count_dec(&cgroup->references))
		return;
	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++)
		lx_level_unref(cgroup->by_hierarchy[i]);
	g_free(cgroup);
}

LxLevel *lx_cgroup_level(const LxCgroup *cgroup, LxController controller)
{
	int hierarchy = cgroup->of[controller];

	return hierarchy < 0 ? NULL : cgroup->by_hierarchy[hierarchy];
}

LxLevel *lx_cgroup_hierarchy_level(const LxCgroup *cgroup, unsigned hierarchy)
{
	return hierarchy < LX_HIERARCHIES_MAX ? cgroup->by_hierarchy[hierarchy] : NULL;
}

LxLevel *lx_cgroup_primary(const LxCgroup *cgroup)
{
	return cgroup->primary;
}

uint32_t lx_cgroup_mark(unsigned hierarchy)
{
	return hierarchy + 1;
}

/* kernfs ids of different hierarchies are counted apart; 56 bits of them are never used up. */
uint64_t lx_cgroup_id(const LxCgroup *cgroup)
{
	if (!cgroup->primary)
		return 0;
	return lx_level_id(cgroup->primary) ^
	       (uint64_t)lx_cgroup_mark(lx_level_hierarchy(cgroup->primary)) << 56;
}

void lx_cgroup_forget(LxCgroup *cgroup)
{
	for (unsigned i = 0; i < cgroup->n_levels; i++)
		lx_levels_forget(cgroup->table, cgroup->levels[i]);
}

unsigned lx_cgroup_n_levels(const LxCgroup *cgroup)
{
	return cgroup->n_levels;
}

LxLevel *lx_cgroup_nth_level(const LxCgroup *cgroup, unsigned n)
{
	return n < cgroup->n_levels ? cgroup->levels[n] : NULL;
}
