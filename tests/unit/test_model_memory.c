/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "model/memory.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)
#define NO_LIMIT LX_UNLIMITED

static const LxMemoryTerms terms = {.page_bytes = 4096, .overcommit_percent = 50, .swap = true};

/* A host of 8 GiB, 6 of them free, with 2 GiB of swap. */
static LxMeminfo host_8g(void)
{
	LxMeminfo host = {.n_lines = 0};
	static const struct {
		LxMeminfoField field;
		uint64_t value;
	} rows[] = {
		{LX_MEMINFO_MEM_TOTAL, 8 * GIB},
		{LX_MEMINFO_MEM_FREE, 6 * GIB},
		{LX_MEMINFO_SWAP_TOTAL, 2 * GIB},
		{LX_MEMINFO_DIRTY, 5 * MIB},
		{LX_MEMINFO_VMALLOC_TOTAL, UINT64_C(34359738367) * KIB},
		{LX_MEMINFO_HUGE_PAGE_SIZE, 2 * MIB},
		{LX_MEMINFO_HUGE_PAGES_FREE, 3},
		{LX_MEMINFO_HUGE_PAGES_RSVD, 9},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		host.have[rows[i].field] = true;
		host.values[rows[i].field] = rows[i].value;
	}
	return host;
}

static LxMemoryLevel level(uint64_t limit, uint64_t usage, uint64_t reclaimable)
{
	return (LxMemoryLevel){
		.limit_bytes = limit,
		.have_usage = true,
		.usage_bytes = usage,
		.have_reclaimable = true,
		.reclaimable_bytes = reclaimable,
		.swap_limit_bytes = NO_LIMIT,
	};
}

static LxMeminfoNumbers computed(const LxMemoryFacts *facts)
{
	LxMeminfo host = host_8g();
	LxMeminfoNumbers numbers;

	lx_memory_compute(&host, facts, &terms, &numbers);
	return numbers;
}

START_TEST(limits_and_use_give_total_free_and_available)
{
	const struct {
		const char *claim;
		LxMemoryLevel levels[3];
		unsigned n_levels;
		uint64_t total, free, available;
	} rows[] = {
		{"its own limit", {level(512 * MIB, 200 * MIB, 50 * MIB)}, 1, 512 * MIB, 312 * MIB,
			362 * MIB},
		{"no limit: the host's memory less its own use",
			{level(NO_LIMIT, 200 * MIB, 50 * MIB)}, 1, 8 * GIB, 8 * GIB - 200 * MIB,
			8 * GIB - 150 * MIB},
		{"limit_above_host_is_clamped", {level(64 * GIB, GIB, 0)}, 1, 8 * GIB, 7 * GIB,
			7 * GIB},
		{"an ancestor's limit holds, siblings' use and cache counted",
			{level(NO_LIMIT, 100 * MIB, 0), level(GIB, 900 * MIB, 300 * MIB)}, 2, GIB,
			124 * MIB, 424 * MIB},
		{"the least limit and the least room may be different levels'",
			{level(512 * MIB, 100 * MIB, 0), level(NO_LIMIT, 7 * GIB, 0),
				level(GIB, GIB - 10 * MIB, 0)},
			3, 512 * MIB, 0, 0},
		{"usage above the limit", {level(100 * MIB, 200 * MIB, 30 * MIB)}, 1, 100 * MIB, 0,
			30 * MIB},
		{"available never exceeds the total", {level(100 * MIB, 90 * MIB, GIB)}, 1,
			100 * MIB, 10 * MIB, 100 * MIB},
		{"a limit of 0 is a limit, and the total still no 0", {level(0, 5, 5)}, 1, 4096, 0,
			5},
		{"no memory cgroup: the host's", {{0}}, 0, 8 * GIB, 6 * GIB, 6 * GIB},
		{"use unknown: the host's, as far as the limit goes",
			{{.limit_bytes = GIB, .swap_limit_bytes = NO_LIMIT}}, 1, GIB, GIB, GIB},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxMemoryLevel levels[3];
		LxMemoryFacts facts = {.n_levels = rows[i].n_levels, .levels = levels};
		LxMeminfoNumbers numbers;

		memcpy(levels, rows[i].levels, sizeof levels);
		numbers = computed(&facts);
		ck_assert_msg(numbers.values[LX_MEMINFO_MEM_TOTAL] == rows[i].total, "total: %s",
			rows[i].claim);
		ck_assert_msg(numbers.values[LX_MEMINFO_MEM_FREE] == rows[i].free, "free: %s",
			rows[i].claim);
		ck_assert_msg(numbers.values[LX_MEMINFO_MEM_AVAILABLE] == rows[i].available,
			"available: %s", rows[i].claim);
	}
}
END_TEST

/* Every use gets a number of its own. */
static LxMemoryStats distinct_stats(void)
{
	LxMemoryStats stats;

	for (unsigned i = 0; i < LX_N_MEMORY_STATS; i++) {
		stats.have[i] = true;
		stats.values[i] = (i + 1) * MIB;
	}
	return stats;
}

START_TEST(every_field_has_the_use_that_it_stands_for)
{
	static const struct {
		LxMeminfoField field;
		LxMemoryStat parts[2];
		unsigned n_parts;
	} rows[] = {
		{LX_MEMINFO_BUFFERS, {0}, 0},
		{LX_MEMINFO_MLOCKED, {0}, 0},
		{LX_MEMINFO_CACHED, {LX_MEMORY_FILE}, 1},
		{LX_MEMINFO_SWAP_CACHED, {LX_MEMORY_SWAPCACHED}, 1},
		{LX_MEMINFO_ACTIVE, {LX_MEMORY_ACTIVE_ANON, LX_MEMORY_ACTIVE_FILE}, 2},
		{LX_MEMINFO_INACTIVE, {LX_MEMORY_INACTIVE_ANON, LX_MEMORY_INACTIVE_FILE}, 2},
		{LX_MEMINFO_ACTIVE_ANON, {LX_MEMORY_ACTIVE_ANON}, 1},
		{LX_MEMINFO_INACTIVE_ANON, {LX_MEMORY_INACTIVE_ANON}, 1},
		{LX_MEMINFO_ACTIVE_FILE, {LX_MEMORY_ACTIVE_FILE}, 1},
		{LX_MEMINFO_INACTIVE_FILE, {LX_MEMORY_INACTIVE_FILE}, 1},
		{LX_MEMINFO_UNEVICTABLE, {LX_MEMORY_UNEVICTABLE}, 1},
		{LX_MEMINFO_ZSWAP, {LX_MEMORY_ZSWAP}, 1},
		{LX_MEMINFO_ZSWAPPED, {LX_MEMORY_ZSWAPPED}, 1},
		{LX_MEMINFO_DIRTY, {LX_MEMORY_FILE_DIRTY}, 1},
		{LX_MEMINFO_WRITEBACK, {LX_MEMORY_FILE_WRITEBACK}, 1},
		{LX_MEMINFO_ANON_PAGES, {LX_MEMORY_ANON}, 1},
		{LX_MEMINFO_MAPPED, {LX_MEMORY_FILE_MAPPED}, 1},
		{LX_MEMINFO_SHMEM, {LX_MEMORY_SHMEM}, 1},
		{LX_MEMINFO_K_RECLAIMABLE, {LX_MEMORY_SLAB_RECLAIMABLE}, 1},
		{LX_MEMINFO_S_RECLAIMABLE, {LX_MEMORY_SLAB_RECLAIMABLE}, 1},
		{LX_MEMINFO_S_UNRECLAIM, {LX_MEMORY_SLAB_UNRECLAIMABLE}, 1},
		{LX_MEMINFO_SLAB, {LX_MEMORY_SLAB}, 1},
		{LX_MEMINFO_KERNEL_STACK, {LX_MEMORY_KERNEL_STACK}, 1},
		{LX_MEMINFO_PAGE_TABLES, {LX_MEMORY_PAGETABLES}, 1},
		{LX_MEMINFO_SEC_PAGE_TABLES, {LX_MEMORY_SEC_PAGETABLES}, 1},
		{LX_MEMINFO_PERCPU, {LX_MEMORY_PERCPU}, 1},
		{LX_MEMINFO_VMALLOC_USED, {LX_MEMORY_VMALLOC}, 1},
		{LX_MEMINFO_ANON_HUGE_PAGES, {LX_MEMORY_ANON_THP}, 1},
		{LX_MEMINFO_SHMEM_HUGE_PAGES, {LX_MEMORY_SHMEM_THP}, 1},
		{LX_MEMINFO_FILE_HUGE_PAGES, {LX_MEMORY_FILE_THP}, 1},
		{LX_MEMINFO_COMMITTED_AS, {LX_MEMORY_ANON, LX_MEMORY_SHMEM}, 2},
	};
	LxMemoryFacts facts = {.stats = distinct_stats()};
	LxMeminfoNumbers numbers = computed(&facts);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		uint64_t expected = 0;

		for (unsigned part = 0; part < rows[i].n_parts; part++)
			expected += facts.stats.values[rows[i].parts[part]];
		ck_assert_msg(
			numbers.values[rows[i].field] == expected, "field %d", (int)rows[i].field);
	}
}
END_TEST

START_TEST(what_is_absent_is_zero_and_never_the_host_s)
{
	LxMemoryFacts facts = {.n_levels = 0};
	LxMeminfoNumbers numbers = computed(&facts);

	ck_assert_uint_eq(numbers.values[LX_MEMINFO_DIRTY], 0);
	ck_assert_uint_eq(numbers.values[LX_MEMINFO_COMMITTED_AS], 0);
	ck_assert_uint_eq(numbers.values[LX_MEMINFO_SWAP_TOTAL], 0);
	ck_assert_uint_eq(numbers.values[LX_MEMINFO_HUGETLB], 0);
	ck_assert_uint_eq(numbers.values[LX_MEMINFO_VMALLOC_TOTAL], UINT64_C(34359738367) * KIB);
	ck_assert_uint_eq(numbers.values[LX_MEMINFO_HUGE_PAGE_SIZE], 2 * MIB);
}
END_TEST

START_TEST(a_slab_without_its_sum_is_the_sum_of_its_parts)
{
	LxMemoryFacts facts = {.stats = distinct_stats()};

	facts.stats.have[LX_MEMORY_SLAB] = false;
	ck_assert_uint_eq(computed(&facts).values[LX_MEMINFO_SLAB],
		facts.stats.values[LX_MEMORY_SLAB_RECLAIMABLE] +
			facts.stats.values[LX_MEMORY_SLAB_UNRECLAIMABLE]);
}
END_TEST

START_TEST(the_commit_limit_is_counted_in_pages_and_has_the_swap)
{
	LxMemoryLevel levels[] = {level(300 * KIB, 0, 0)};
	LxMemoryFacts facts = {.n_levels = 1, .levels = levels, .swap = LX_SWAP_SEPARATE};

	levels[0].limit_bytes = 12 * KIB;
	levels[0].swap_limit_bytes = MIB;
	ck_assert_uint_eq(computed(&facts).values[LX_MEMINFO_COMMIT_LIMIT], 4 * KIB + MIB);
}
END_TEST

static LxMemoryLevel swap_level(uint64_t swap_limit, uint64_t swap_usage)
{
	LxMemoryLevel result = level(NO_LIMIT, 100 * MIB, 0);

	result.swap_limit_bytes = swap_limit;
	result.have_swap_usage = true;
	result.swap_usage_bytes = swap_usage;
	return result;
}

/* A limit on memory, one on memory and swap together; the use of both. */
static LxMemoryLevel combined_level(
	uint64_t limit, uint64_t usage, uint64_t both_limit, uint64_t both_usage)
{
	LxMemoryLevel result = swap_level(both_limit, both_usage);

	result.limit_bytes = limit;
	result.usage_bytes = usage;
	return result;
}

typedef struct {
	const char *claim;
	LxMemoryLevel levels[2];
	unsigned n_levels;
	bool swappiness_zero;
	uint64_t total, used, free;
} SwapRow;

static void check_swap_row(const SwapRow *row, LxSwapAccounting accounting)
{
	LxMemoryLevel levels[2] = {row->levels[0], row->levels[1]};
	LxMemoryFacts facts = {
		.n_levels = row->n_levels,
		.levels = levels,
		.swap = accounting,
		.have_swappiness = row->swappiness_zero,
	};
	LxMeminfo host = host_8g();
	LxSwapNumbers swap = lx_memory_swap(&host, &facts, &terms);
	LxMeminfoNumbers numbers;

	ck_assert_msg(swap.total_bytes == row->total, "total: %s", row->claim);
	ck_assert_msg(swap.used_bytes == row->used, "used: %s", row->claim);
	ck_assert_msg(swap.free_bytes == row->free, "free: %s", row->claim);
	lx_memory_compute(&host, &facts, &terms, &numbers);
	ck_assert_uint_eq(numbers.values[LX_MEMINFO_SWAP_TOTAL], swap.total_bytes);
	ck_assert_uint_eq(numbers.values[LX_MEMINFO_SWAP_FREE], swap.free_bytes);
}

START_TEST(swap_that_is_limited_apart)
{
	const SwapRow rows[] = {
		{"its own limit", {swap_level(GIB, 10 * MIB)}, 1, false, GIB, 10 * MIB,
			GIB - 10 * MIB},
		{"no limit: the host's", {swap_level(NO_LIMIT, 10 * MIB)}, 1, false, 2 * GIB,
			10 * MIB, 2 * GIB - 10 * MIB},
		{"a limit above the host's", {swap_level(64 * GIB, 0)}, 1, false, 2 * GIB, 0,
			2 * GIB},
		{"an ancestor's limit, siblings' use counted",
			{swap_level(NO_LIMIT, 10 * MIB), swap_level(GIB, 900 * MIB)}, 2, false, GIB,
			10 * MIB, 124 * MIB},
		{"a limit of 0", {swap_level(0, 0)}, 1, false, 0, 0, 0},
		{"a limit lowered below the use", {swap_level(MIB, 5 * MIB)}, 1, false, 5 * MIB,
			5 * MIB, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		check_swap_row(&rows[i], LX_SWAP_SEPARATE);
}
END_TEST

START_TEST(swap_that_is_limited_together_with_memory)
{
	const SwapRow rows[] = {
		{"docker run -m 256m --memory-swap 512m",
			{combined_level(256 * MIB, 100 * MIB, 512 * MIB, 110 * MIB)}, 1, false,
			256 * MIB, 10 * MIB, 246 * MIB},
		{"no such limit: the host's", {combined_level(256 * MIB, MIB, NO_LIMIT, 2 * MIB)},
			1, false, 2 * GIB, MIB, 2 * GIB - MIB},
		{"more than the host has", {combined_level(GIB, 0, 64 * GIB, 0)}, 1, false, 2 * GIB,
			0, 2 * GIB},
		{"an ancestor's",
			{combined_level(GIB, MIB, NO_LIMIT, MIB),
				combined_level(GIB, 0, GIB + 5 * MIB, 0)},
			2, false, 5 * MIB, 0, 5 * MIB},
		{"a limit on both, none on memory", {combined_level(NO_LIMIT, MIB, GIB, MIB)}, 1,
			false, 0, 0, 0},
		{"usage read at different moments", {combined_level(GIB, 2 * MIB, 2 * GIB, MIB)}, 1,
			false, GIB, 0, GIB},
		{"more used than the limits leave", {combined_level(GIB, MIB, GIB, 3 * MIB)}, 1,
			false, 2 * MIB, 2 * MIB, 0},
		{"swappiness 0 and no use", {combined_level(GIB, MIB, 2 * GIB, MIB)}, 1, true, 0, 0,
			0},
		{"swappiness 0 with use", {combined_level(GIB, MIB, 2 * GIB, 3 * MIB)}, 1, true,
			2 * MIB, 2 * MIB, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		check_swap_row(&rows[i], LX_SWAP_COMBINED);
}
END_TEST

START_TEST(without_accounting_or_with_swap_off_there_is_none)
{
	LxMemoryLevel levels[] = {swap_level(GIB, MIB)};
	LxMemoryFacts facts = {.n_levels = 1, .levels = levels};
	LxMemoryTerms off = {.page_bytes = 4096, .swap = false};
	LxMeminfo host = host_8g();
	LxSwapNumbers swap = lx_memory_swap(&host, &facts, &terms);

	ck_assert(swap.total_bytes == 0 && swap.free_bytes == 0 && swap.used_bytes == 0);
	facts.swap = LX_SWAP_SEPARATE;
	swap = lx_memory_swap(&host, &facts, &off);
	ck_assert(swap.total_bytes == 0 && swap.free_bytes == 0 && swap.used_bytes == 0);
}
END_TEST

static LxHugetlbUse huge(uint64_t pool, uint64_t limit, uint64_t usage, uint64_t reserved)
{
	return (LxHugetlbUse){{2 * MIB, pool}, true, limit, true, usage, true, reserved};
}

START_TEST(huge_pages_are_the_host_s_pool_as_far_as_the_limit_goes)
{
	const struct {
		LxHugetlbUse use;
		uint64_t total, free, reserved;
	} rows[] = {
		{huge(16 * MIB, NO_LIMIT, 0, 0), 8, 3, 0},
		{huge(16 * MIB, 8 * MIB, 4 * MIB, 6 * MIB), 4, 2, 1},
		{huge(16 * MIB, 4 * MIB, 8 * MIB, 0), 2, 0, 0},
		{huge(16 * MIB, NO_LIMIT, 0, 100 * MIB), 8, 3, 3},
		{{.host = {2 * MIB, 16 * MIB}, .limit_bytes = NO_LIMIT}, 0, 0, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxMemoryFacts facts = {.hugetlb = {.n = 1, .uses = {rows[i].use}}};
		LxMeminfoNumbers numbers = computed(&facts);

		ck_assert_uint_eq(numbers.values[LX_MEMINFO_HUGE_PAGES_TOTAL], rows[i].total);
		ck_assert_uint_eq(numbers.values[LX_MEMINFO_HUGE_PAGES_FREE], rows[i].free);
		ck_assert_uint_eq(numbers.values[LX_MEMINFO_HUGE_PAGES_RSVD], rows[i].reserved);
		ck_assert_uint_eq(numbers.values[LX_MEMINFO_HUGETLB], rows[i].total * 2 * MIB);
	}
}
END_TEST

START_TEST(hugetlb_is_the_sum_over_all_sizes)
{
	LxMemoryFacts facts = {.hugetlb = {.n = 2, .uses = {huge(4 * MIB, NO_LIMIT, 0, 0)}}};
	LxMeminfoNumbers numbers;

	facts.hugetlb.uses[1] = (LxHugetlbUse){{GIB, 3 * GIB}, true, 2 * GIB, false, 0, false, 0};
	numbers = computed(&facts);
	ck_assert_uint_eq(numbers.values[LX_MEMINFO_HUGETLB], 2 * GIB + 4 * MIB);
	ck_assert_uint_eq(numbers.values[LX_MEMINFO_HUGE_PAGES_TOTAL], 2);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		limits_and_use_give_total_free_and_available,
		every_field_has_the_use_that_it_stands_for,
		what_is_absent_is_zero_and_never_the_host_s,
		a_slab_without_its_sum_is_the_sum_of_its_parts,
		the_commit_limit_is_counted_in_pages_and_has_the_swap,
		swap_that_is_limited_apart,
		swap_that_is_limited_together_with_memory,
		without_accounting_or_with_swap_off_there_is_none,
		huge_pages_are_the_host_s_pool_as_far_as_the_limit_goes,
		hugetlb_is_the_sum_over_all_sizes,
		NULL,
	};

	return unit_suite_new("model/memory", tests);
}
