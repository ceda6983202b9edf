/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers of proc/meminfo and proc/swaps. */
#include "model/memory.h"

#include "base/number.h"

/* 2^53 - 1 as a count; the same number of kB in bytes. */
#define MAX_COUNT ((UINT64_C(1) << 53) - 1)
#define MAX_BYTES (MAX_COUNT * 1024 + 1023)

/* Fields that are one number of the cgroup's. */
static const struct {
	LxMeminfoField field;
	LxMemoryStat stat;
} uses[] = {
	{LX_MEMINFO_CACHED, LX_MEMORY_FILE},
	{LX_MEMINFO_FILE_PAGES, LX_MEMORY_FILE},
	{LX_MEMINFO_SWAP_CACHED, LX_MEMORY_SWAPCACHED},
	{LX_MEMINFO_ACTIVE_ANON, LX_MEMORY_ACTIVE_ANON},
	{LX_MEMINFO_INACTIVE_ANON, LX_MEMORY_INACTIVE_ANON},
	{LX_MEMINFO_ACTIVE_FILE, LX_MEMORY_ACTIVE_FILE},
	{LX_MEMINFO_INACTIVE_FILE, LX_MEMORY_INACTIVE_FILE},
	{LX_MEMINFO_UNEVICTABLE, LX_MEMORY_UNEVICTABLE},
	{LX_MEMINFO_ZSWAP, LX_MEMORY_ZSWAP},
	{LX_MEMINFO_ZSWAPPED, LX_MEMORY_ZSWAPPED},
	{LX_MEMINFO_DIRTY, LX_MEMORY_FILE_DIRTY},
	{LX_MEMINFO_WRITEBACK, LX_MEMORY_FILE_WRITEBACK},
	{LX_MEMINFO_ANON_PAGES, LX_MEMORY_ANON},
	{LX_MEMINFO_MAPPED, LX_MEMORY_FILE_MAPPED},
	{LX_MEMINFO_SHMEM, LX_MEMORY_SHMEM},
	{LX_MEMINFO_K_RECLAIMABLE, LX_MEMORY_SLAB_RECLAIMABLE},
	{LX_MEMINFO_S_RECLAIMABLE, LX_MEMORY_SLAB_RECLAIMABLE},
	{LX_MEMINFO_S_UNRECLAIM, LX_MEMORY_SLAB_UNRECLAIMABLE},
	{LX_MEMINFO_KERNEL_STACK, LX_MEMORY_KERNEL_STACK},
	{LX_MEMINFO_PAGE_TABLES, LX_MEMORY_PAGETABLES},
	{LX_MEMINFO_SEC_PAGE_TABLES, LX_MEMORY_SEC_PAGETABLES},
	{LX_MEMINFO_PERCPU, LX_MEMORY_PERCPU},
	{LX_MEMINFO_VMALLOC_USED, LX_MEMORY_VMALLOC},
	{LX_MEMINFO_ANON_HUGE_PAGES, LX_MEMORY_ANON_THP},
	{LX_MEMINFO_SHMEM_HUGE_PAGES, LX_MEMORY_SHMEM_THP},
	{LX_MEMINFO_FILE_HUGE_PAGES, LX_MEMORY_FILE_THP},
};

/* Constants of the machine: the host's own. */
static const LxMeminfoField constants[] = {
	LX_MEMINFO_VMALLOC_TOTAL, LX_MEMINFO_VMALLOC_CHUNK, LX_MEMINFO_HUGE_PAGE_SIZE};

static const bool is_count[LX_N_MEMINFO_FIELDS] = {
#define FIELD_IS_COUNT(symbol, name, unit) \
	[LX_MEMINFO_##symbol] = LX_MEMINFO_##unit == LX_MEMINFO_COUNT,
	LX_MEMINFO_FIELDS(FIELD_IS_COUNT)
#undef FIELD_IS_COUNT
};

static uint64_t bounded(uint64_t bytes)
{
	return lx_number_min(bytes, MAX_BYTES);
}

static uint64_t host_or(const LxMeminfo *host, LxMeminfoField field, uint64_t absent)
{
	return host->have[field] ? host->values[field] : absent;
}

static bool is_limited(const LxMemoryLevel *level)
{
	return level->limit_bytes != LX_UNLIMITED;
}

/* The least limit, the host's memory included; a page where even that is 0: ps divides by it. */
static uint64_t total_bytes(
	const LxMeminfo *host, const LxMemoryFacts *facts, const LxMemoryTerms *terms)
{
	uint64_t total = host_or(host, LX_MEMINFO_MEM_TOTAL, LX_UNLIMITED);

	for (unsigned i = 0; i < facts->n_levels; i++)
		total = lx_number_min(total, facts->levels[i].limit_bytes);
	if (total == LX_UNLIMITED)
		total = 0;
	return bounded(lx_number_max(total, lx_number_max(terms->page_bytes, 1024)));
}

/*
 * The container's own level counts without a limit too: the machine is its limit. Above it only
 * limited levels do: what siblings use matters where they share a limit.
 */
static bool counts(const LxMemoryFacts *facts, unsigned i)
{
	const LxMemoryLevel *level = &facts->levels[i];

	return level->have_usage && (i == 0 || is_limited(level));
}

static uint64_t free_bytes(const LxMeminfo *host, const LxMemoryFacts *facts, uint64_t total)
{
	uint64_t free = LX_UNLIMITED;

	for (unsigned i = 0; i < facts->n_levels; i++) {
		const LxMemoryLevel *level = &facts->levels[i];

		if (counts(facts, i))
			free = lx_number_min(
				free, lx_number_sub(lx_number_min(level->limit_bytes, total),
					      level->usage_bytes));
	}
	if (free == LX_UNLIMITED)
		free = host_or(host, LX_MEMINFO_MEM_FREE, 0);
	return lx_number_min(free, total);
}

/* A cache that belongs to a sibling under the same limit can be reclaimed too. */
static uint64_t available_bytes(const LxMemoryFacts *facts, uint64_t total, uint64_t free)
{
	uint64_t available = LX_UNLIMITED;

	for (unsigned i = 0; i < facts->n_levels; i++) {
		const LxMemoryLevel *level = &facts->levels[i];
		uint64_t unused =
			lx_number_sub(lx_number_min(level->limit_bytes, total), level->usage_bytes);

		if (counts(facts, i))
			available = lx_number_min(
				available, lx_number_add(unused, level->reclaimable_bytes));
	}
	if (available == LX_UNLIMITED)
		available = free;
	return lx_number_min(available, total);
}

/* Swap alone is limited and counted: v2's memory.swap.* */
static LxSwapNumbers swap_separate(uint64_t host_total, const LxMemoryFacts *facts)
{
	LxSwapNumbers swap = {.total_bytes = host_total, .free_bytes = LX_UNLIMITED};

	if (facts->n_levels > 0 && facts->levels[0].have_swap_usage)
		swap.used_bytes = facts->levels[0].swap_usage_bytes;
	for (unsigned i = 0; i < facts->n_levels; i++) {
		const LxMemoryLevel *level = &facts->levels[i];

		if (level->swap_limit_bytes == LX_UNLIMITED)
			continue;
		swap.total_bytes = lx_number_min(swap.total_bytes, level->swap_limit_bytes);
		if (level->have_swap_usage)
			swap.free_bytes = lx_number_min(swap.free_bytes,
				lx_number_sub(level->swap_limit_bytes, level->swap_usage_bytes));
	}
	return swap;
}

/*
 * Memory and swap together are limited and counted: v1's memory.memsw.*. A swappiness of 0 keeps a
 * container from swapping, and what it swapped before is all that it has.
 */
static LxSwapNumbers swap_combined(uint64_t host_total, const LxMemoryFacts *facts)
{
	LxSwapNumbers swap = {.total_bytes = host_total, .free_bytes = LX_UNLIMITED};

	for (unsigned i = 0; i < facts->n_levels; i++) {
		const LxMemoryLevel *level = &facts->levels[i];

		if (level->swap_limit_bytes != LX_UNLIMITED)
			swap.total_bytes = lx_number_min(swap.total_bytes,
				lx_number_sub(level->swap_limit_bytes, level->limit_bytes));
	}
	if (facts->n_levels > 0 && facts->levels[0].have_swap_usage && facts->levels[0].have_usage)
		swap.used_bytes = lx_number_sub(
			facts->levels[0].swap_usage_bytes, facts->levels[0].usage_bytes);
	if (facts->have_swappiness && facts->swappiness == 0)
		swap.total_bytes = 0;
	return swap;
}

LxSwapNumbers lx_memory_swap(
	const LxMeminfo *host, const LxMemoryFacts *facts, const LxMemoryTerms *terms)
{
	uint64_t host_total = host_or(host, LX_MEMINFO_SWAP_TOTAL, 0);
	LxSwapNumbers swap = {0};

	if (terms->swap && facts->swap == LX_SWAP_SEPARATE)
		swap = swap_separate(host_total, facts);
	else if (terms->swap && facts->swap == LX_SWAP_COMBINED)
		swap = swap_combined(host_total, facts);
	swap.used_bytes = bounded(swap.used_bytes);
	swap.total_bytes = bounded(lx_number_max(swap.total_bytes, swap.used_bytes));
	swap.free_bytes =
		lx_number_min(swap.free_bytes, lx_number_sub(swap.total_bytes, swap.used_bytes));
	return swap;
}

void lx_memory_uses(const LxMemoryStats *stats, LxMeminfoNumbers *out)
{
	uint64_t *values = out->values;

	*out = (LxMeminfoNumbers){0};
	for (size_t i = 0; i < G_N_ELEMENTS(uses); i++)
		values[uses[i].field] = lx_memory_stat_or_zero(stats, uses[i].stat);
	values[LX_MEMINFO_ACTIVE] =
		lx_number_add(values[LX_MEMINFO_ACTIVE_ANON], values[LX_MEMINFO_ACTIVE_FILE]);
	values[LX_MEMINFO_INACTIVE] =
		lx_number_add(values[LX_MEMINFO_INACTIVE_ANON], values[LX_MEMINFO_INACTIVE_FILE]);
	values[LX_MEMINFO_SLAB] = stats->have[LX_MEMORY_SLAB]
					  ? stats->values[LX_MEMORY_SLAB]
					  : lx_number_add(values[LX_MEMINFO_S_RECLAIMABLE],
						    values[LX_MEMINFO_S_UNRECLAIM]);
}

static void compute_commit(const LxMemoryTerms *terms, const LxSwapNumbers *swap, uint64_t *values)
{
	uint64_t limit =
		lx_number_scale(values[LX_MEMINFO_MEM_TOTAL], terms->overcommit_percent, 100);

	/* The kernel counts in pages (mm/util.c, vm_commit_limit). */
	if (terms->page_bytes > 0)
		limit -= limit % terms->page_bytes;
	values[LX_MEMINFO_COMMIT_LIMIT] = lx_number_add(limit, swap->total_bytes);
	values[LX_MEMINFO_COMMITTED_AS] = lx_number_add(
		lx_number_add(values[LX_MEMINFO_ANON_PAGES], values[LX_MEMINFO_SHMEM]),
		swap->used_bytes);
}

static uint64_t pages_of(const LxHugetlbUse *use, uint64_t bytes)
{
	return use->host.size_bytes > 0 ? bytes / use->host.size_bytes : 0;
}

static void compute_default_huge_pages(
	const LxMeminfo *host, const LxHugetlbUse *use, uint64_t *values)
{
	uint64_t pool = lx_number_min(use->host.pool_bytes, use->limit_bytes);
	uint64_t free = lx_number_sub(pool, use->usage_bytes);
	uint64_t reserved = lx_number_sub(use->reserved_bytes, use->usage_bytes);
	uint64_t free_pages = lx_number_min(
		pages_of(use, free), host_or(host, LX_MEMINFO_HUGE_PAGES_FREE, UINT64_MAX));

	values[LX_MEMINFO_HUGE_PAGES_TOTAL] = pages_of(use, pool);
	values[LX_MEMINFO_HUGE_PAGES_FREE] = free_pages;
	values[LX_MEMINFO_HUGE_PAGES_RSVD] =
		lx_number_min(lx_number_min(pages_of(use, reserved), free_pages),
			host_or(host, LX_MEMINFO_HUGE_PAGES_RSVD, UINT64_MAX));
}

/* Pools as far as the container may use them; a size that no cgroup accounts for is left out. */
static void compute_huge_pages(const LxMeminfo *host, const LxHugetlb *hugetlb, uint64_t *values)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < hugetlb->n; i++) {
		const LxHugetlbUse *use = &hugetlb->uses[i];

		if (!use->have_limit && !use->have_usage)
			continue;
		all = lx_number_add(all, lx_number_min(use->host.pool_bytes, use->limit_bytes));
		if (i == 0)
			compute_default_huge_pages(host, use, values);
	}
	values[LX_MEMINFO_HUGETLB] = all;
}

void lx_memory_bound(LxMeminfoNumbers *numbers)
{
	for (unsigned i = 0; i < LX_N_MEMINFO_FIELDS; i++)
		numbers->values[i] =
			lx_number_min(numbers->values[i], is_count[i] ? MAX_COUNT : MAX_BYTES);
}

void lx_memory_compute(const LxMeminfo *host, const LxMemoryFacts *facts,
	const LxMemoryTerms *terms, LxMeminfoNumbers *out)
{
	LxSwapNumbers swap = lx_memory_swap(host, facts, terms);
	uint64_t *values = out->values, total = total_bytes(host, facts, terms);

	lx_memory_uses(&facts->stats, out);
	values[LX_MEMINFO_MEM_TOTAL] = total;
	values[LX_MEMINFO_MEM_FREE] = free_bytes(host, facts, total);
	values[LX_MEMINFO_MEM_AVAILABLE] =
		available_bytes(facts, total, values[LX_MEMINFO_MEM_FREE]);
	values[LX_MEMINFO_SWAP_TOTAL] = swap.total_bytes;
	values[LX_MEMINFO_SWAP_FREE] = swap.free_bytes;
	compute_commit(terms, &swap, values);
	compute_huge_pages(host, &facts->hugetlb, values);
	for (size_t i = 0; i < G_N_ELEMENTS(constants); i++)
		values[constants[i]] = host_or(host, constants[i], 0);
	lx_memory_bound(out);
}
