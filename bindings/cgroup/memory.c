/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of a container's cgroup, v1 or v2 -> facts. */
#include "cgroup/memory.h"

#include "cgroup/hugetlb.h"
#include "cgroup/memory_dialect.h"

typedef struct {
	const LxMemoryDialect *dialect;
	const LxMemoryWanted *wanted;
} Reader;

static const LxMemoryDialect *dialect_of(const LxLevel *level)
{
	return lx_level_is_v2(level) ? &lx_memory_v2 : &lx_memory_v1;
}

static bool read_stats(
	const LxMemoryDialect *dialect, LxLevel *level, LxMemoryStats *out, GError **error)
{
	g_auto(LxText) text = {0};

	if (!lx_level_read(level, LX_CGROUP_MEMORY_STAT, &text, error))
		return false;
	if (lx_memory_stat_parse(dialect->stat, lx_text_slice(&text), out, error))
		return true;
	g_prefix_error(error, "cgroup %s: ", lx_level_path(level));
	return false;
}

/* A limit that is not there limits nothing: LX_UNLIMITED. */
static bool read_limit(const LxMemoryDialect *dialect, LxLevel *level, LxCgroupFile file,
	uint64_t *out, GError **error)
{
	uint64_t limit = LX_UNLIMITED;
	bool present;

	if (!lx_level_read_u64(level, file, &limit, &present, error))
		return false;
	*out = limit >= dialect->no_limit_bytes ? LX_UNLIMITED : limit;
	return true;
}

static void set_reclaimable(const LxMemoryStats *stats, LxMemoryLevel *level)
{
	static const LxMemoryStat parts[] = {
		LX_MEMORY_INACTIVE_FILE, LX_MEMORY_ACTIVE_FILE, LX_MEMORY_SLAB_RECLAIMABLE};

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		level->have_reclaimable = level->have_reclaimable || stats->have[parts[i]];
		level->reclaimable_bytes = lx_number_add(
			level->reclaimable_bytes, lx_memory_stat_or_zero(stats, parts[i]));
	}
}

static bool read_swap(
	const Reader *reader, LxLevel *level, bool own, LxMemoryLevel *out, GError **error)
{
	const LxMemoryDialect *dialect = reader->dialect;

	out->swap_limit_bytes = LX_UNLIMITED;
	if (!reader->wanted->swap)
		return true;
	if (!read_limit(dialect, level, dialect->swap_limit, &out->swap_limit_bytes, error))
		return false;
	/* Of a limit on both together the use above C is not asked for. */
	if (!own && (out->swap_limit_bytes == LX_UNLIMITED || dialect->swap == LX_SWAP_COMBINED))
		return true;
	return lx_level_read_u64(
		level, dialect->swap_usage, &out->swap_usage_bytes, &out->have_swap_usage, error);
}

/* What is in use at this level, and what of it could be reclaimed. */
static bool read_use(const Reader *reader, LxLevel *level, LxMemoryStats *stats, LxMemoryLevel *out,
	GError **error)
{
	if (!lx_level_read_u64(
		    level, reader->dialect->usage, &out->usage_bytes, &out->have_usage, error))
		return false;
	if (!reader->wanted->stats)
		return true;
	if (!read_stats(reader->dialect, level, stats, error))
		return false;
	set_reclaimable(stats, out);
	return true;
}

static bool read_own(const Reader *reader, LxLevel *level, LxMemoryFacts *facts, GError **error)
{
	LxMemoryLevel *own = &facts->levels[0];

	if (!read_limit(reader->dialect, level, reader->dialect->limit, &own->limit_bytes, error))
		return false;
	if (!read_swap(reader, level, true, own, error))
		return false;
	if (own->have_swap_usage || own->swap_limit_bytes != LX_UNLIMITED)
		facts->swap = reader->dialect->swap;
	return read_use(reader, level, &facts->stats, own, error);
}

static bool read_ancestor(const Reader *reader, LxLevel *level, LxMemoryLevel *out, GError **error)
{
	LxMemoryStats stats = {0};

	if (!read_limit(reader->dialect, level, reader->dialect->limit, &out->limit_bytes, error))
		return false;
	if (!read_swap(reader, level, false, out, error))
		return false;
	if (out->limit_bytes == LX_UNLIMITED)
		return true;
	return read_use(reader, level, &stats, out, error);
}

/* v1 tells the kernel's own memory and the inclination to swap in files apart. */
static bool read_kernel_files(
	const Reader *reader, LxLevel *level, LxMemoryFacts *facts, GError **error)
{
	LxMemoryStats *stats = &facts->stats;

	if (!reader->dialect->has_kernel_files)
		return true;
	if (reader->wanted->stats &&
		!lx_level_read_u64(level, LX_CGROUP_KMEM_USAGE, &stats->values[LX_MEMORY_SLAB],
			&stats->have[LX_MEMORY_SLAB], error))
		return false;
	return facts->swap == LX_SWAP_UNACCOUNTED ||
	       lx_level_read_u64(level, LX_CGROUP_MEMORY_SWAPPINESS, &facts->swappiness,
		       &facts->have_swappiness, error);
}

static unsigned depth_of(const LxLevel *level)
{
	unsigned depth = 0;

	for (; level; level = lx_level_parent(level))
		depth++;
	return depth;
}

static bool read_levels(const Reader *reader, LxLevel *level, LxMemoryFacts *facts, GError **error)
{
	facts->n_levels = depth_of(level);
	facts->levels = g_new0(LxMemoryLevel, facts->n_levels);
	if (!read_own(reader, level, facts, error) ||
		!read_kernel_files(reader, level, facts, error))
		return false;
	for (unsigned i = 1; i < facts->n_levels; i++) {
		level = lx_level_parent(level);
		if (!read_ancestor(reader, level, &facts->levels[i], error))
			return false;
	}
	return true;
}

bool lx_cgroup_read_memory(
	LxCgroup *cgroup, const LxMemoryWanted *wanted, LxMemoryFacts *out, GError **error)
{
	LxLevel *level = lx_cgroup_level(cgroup, LX_CONTROLLER_MEMORY);
	g_auto(LxMemoryFacts) facts = {.n_levels = 0};
	Reader reader = {.dialect = level ? dialect_of(level) : NULL, .wanted = wanted};

	if (level && !read_levels(&reader, level, &facts, error))
		return false;
	if (wanted->hugetlb &&
		!lx_cgroup_read_hugetlb(cgroup, wanted->hugetlb, &facts.hugetlb, error))
		return false;
	*out = facts;
	facts.levels = NULL;
	return true;
}

bool lx_cgroup_read_memory_stats(LxCgroup *cgroup, LxMemoryStats *out, GError **error)
{
	LxLevel *level = lx_cgroup_level(cgroup, LX_CONTROLLER_MEMORY);

	if (level)
		return read_stats(dialect_of(level), level, out, error);
	*out = (LxMemoryStats){0};
	return true;
}

static void pages_to_bytes(LxMemoryStats *stats, uint64_t page_bytes)
{
	for (unsigned i = 0; i < LX_N_MEMORY_STATS; i++)
		stats->values[i] = lx_number_mul(stats->values[i], page_bytes);
}

bool lx_cgroup_read_memory_node(
	LxCgroup *cgroup, unsigned node, uint64_t page_bytes, LxMemoryStats *out, GError **error)
{
	LxLevel *level = lx_cgroup_level(cgroup, LX_CONTROLLER_MEMORY);
	const LxMemoryDialect *dialect = level ? dialect_of(level) : NULL;
	LxMemoryStats stats = {0};
	g_auto(LxText) text = {0};

	if (level && !lx_level_read(level, LX_CGROUP_MEMORY_NUMA_STAT, &text, error))
		return false;
	if (level && !lx_memory_node_stat_parse(
			     dialect->node_stat, lx_text_slice(&text), node, &stats, error)) {
		g_prefix_error(error, "cgroup %s: ", lx_level_path(level));
		return false;
	}
	if (level && dialect->node_stat_in_pages)
		pages_to_bytes(&stats, page_bytes);
	*out = stats;
	return true;
}
