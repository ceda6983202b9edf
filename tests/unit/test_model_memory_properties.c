/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The invariants of proc/meminfo on random facts, hostile ones among them. */
#include "unit.h"

#include "model/memory.h"
#include "model/node_memory.h"

#define N_CASES 20000
#define N_LEVELS_MAX 5
#define LIMIT_OF_DOUBLES (UINT64_C(1) << 53)

typedef struct {
	LxMeminfo host;
	LxMemoryFacts facts;
	LxMemoryLevel levels[N_LEVELS_MAX];
	LxMemoryTerms terms;
} Case;

static uint64_t seed(void)
{
	const char *given = g_getenv("LXFS_SEED");
	uint64_t chosen = given ? g_ascii_strtoull(given, NULL, 0) : (uint64_t)g_get_real_time();

	g_printerr("LXFS_SEED=%" G_GUINT64_FORMAT "\n", (guint64)chosen);
	return chosen;
}

static uint64_t any_64(GRand *random)
{
	return (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);
}

/* Edges, what machines have, and anything. */
static uint64_t any_number(GRand *random)
{
	static const uint64_t edges[] = {0, 1, 1023, 1024, 4095, 4096, LIMIT_OF_DOUBLES - 1,
		LIMIT_OF_DOUBLES, LIMIT_OF_DOUBLES * 1024 - 1, LIMIT_OF_DOUBLES * 1024, INT64_MAX,
		UINT64_MAX - 1, UINT64_MAX};

	switch (g_rand_int_range(random, 0, 4)) {
	case 0:
		return edges[g_rand_int_range(random, 0, G_N_ELEMENTS(edges))];
	case 1:
		return any_64(random);
	default:
		return any_64(random) >> g_rand_int_range(random, 20, 50);
	}
}

static bool any_bool(GRand *random)
{
	return g_rand_boolean(random);
}

static void fill_host(GRand *random, LxMeminfo *host)
{
	*host = (LxMeminfo){.n_lines = 0};
	for (unsigned i = 0; i < LX_N_MEMINFO_FIELDS; i++) {
		host->have[i] = any_bool(random);
		if (host->have[i])
			host->values[i] = any_number(random);
	}
}

static void fill_stats(GRand *random, LxMemoryStats *stats)
{
	for (unsigned i = 0; i < LX_N_MEMORY_STATS; i++) {
		stats->have[i] = any_bool(random);
		stats->values[i] = any_number(random);
	}
}

static LxMemoryLevel any_level(GRand *random)
{
	return (LxMemoryLevel){
		.limit_bytes = any_number(random),
		.have_usage = any_bool(random),
		.usage_bytes = any_number(random),
		.have_reclaimable = any_bool(random),
		.reclaimable_bytes = any_number(random),
		.swap_limit_bytes = any_number(random),
		.have_swap_usage = any_bool(random),
		.swap_usage_bytes = any_number(random),
	};
}

static LxHugetlbUse any_huge(GRand *random)
{
	return (LxHugetlbUse){
		.host = {any_number(random), any_number(random)},
		.have_limit = any_bool(random),
		.limit_bytes = any_number(random),
		.have_usage = any_bool(random),
		.usage_bytes = any_number(random),
		.have_reserved = any_bool(random),
		.reserved_bytes = any_number(random),
	};
}

static void fill_case(GRand *random, Case *made)
{
	LxMemoryFacts *facts = &made->facts;

	*made = (Case){.terms = {any_number(random), any_number(random), any_bool(random)}};
	fill_host(random, &made->host);
	fill_stats(random, &facts->stats);
	facts->swap = (LxSwapAccounting)g_rand_int_range(random, 0, 3);
	facts->have_swappiness = any_bool(random);
	facts->swappiness = (uint64_t)g_rand_int_range(random, 0, 3);
	facts->levels = made->levels;
	facts->n_levels = (unsigned)g_rand_int_range(random, 0, N_LEVELS_MAX + 1);
	for (unsigned i = 0; i < facts->n_levels; i++)
		made->levels[i] = any_level(random);
	facts->hugetlb.n = (unsigned)g_rand_int_range(random, 0, LX_HUGETLB_SIZES_MAX + 1);
	for (unsigned i = 0; i < facts->hugetlb.n; i++)
		facts->hugetlb.uses[i] = any_huge(random);
}

static const bool is_count[LX_N_MEMINFO_FIELDS] = {
#define FIELD_IS_COUNT(symbol, name, unit) \
	[LX_MEMINFO_##symbol] = LX_MEMINFO_##unit == LX_MEMINFO_COUNT,
	LX_MEMINFO_FIELDS(FIELD_IS_COUNT)
#undef FIELD_IS_COUNT
};

static uint64_t printed(const LxMeminfoNumbers *numbers, LxMeminfoField field)
{
	return is_count[field] ? numbers->values[field] : numbers->values[field] / 1024;
}

static void check_bounds(const LxMeminfoNumbers *numbers)
{
	for (int i = 0; i < LX_N_MEMINFO_FIELDS; i++)
		ck_assert_uint_lt(printed(numbers, (LxMeminfoField)i), LIMIT_OF_DOUBLES);
}

static void check_numbers(const LxMeminfoNumbers *numbers)
{
	check_bounds(numbers);
	ck_assert_uint_gt(printed(numbers, LX_MEMINFO_MEM_TOTAL), 0);
	ck_assert_uint_le(
		printed(numbers, LX_MEMINFO_MEM_FREE), printed(numbers, LX_MEMINFO_MEM_AVAILABLE));
	ck_assert_uint_le(
		printed(numbers, LX_MEMINFO_MEM_AVAILABLE), printed(numbers, LX_MEMINFO_MEM_TOTAL));
	ck_assert_uint_le(
		printed(numbers, LX_MEMINFO_SWAP_FREE), printed(numbers, LX_MEMINFO_SWAP_TOTAL));
	ck_assert_uint_le(printed(numbers, LX_MEMINFO_HUGE_PAGES_FREE),
		printed(numbers, LX_MEMINFO_HUGE_PAGES_TOTAL));
	ck_assert_uint_le(printed(numbers, LX_MEMINFO_HUGE_PAGES_RSVD),
		printed(numbers, LX_MEMINFO_HUGE_PAGES_FREE));
}

static void check_swap(const Case *made, const LxMeminfoNumbers *numbers)
{
	LxSwapNumbers swap = lx_memory_swap(&made->host, &made->facts, &made->terms);

	ck_assert_uint_eq(swap.total_bytes, numbers->values[LX_MEMINFO_SWAP_TOTAL]);
	ck_assert_uint_eq(swap.free_bytes, numbers->values[LX_MEMINFO_SWAP_FREE]);
	ck_assert_uint_le(swap.used_bytes, swap.total_bytes);
	ck_assert_uint_le(swap.free_bytes, swap.total_bytes - swap.used_bytes);
	if (!made->terms.swap)
		ck_assert_uint_eq(swap.total_bytes, 0);
}

static void check_node(GRand *random, const Case *made, const LxMeminfoNumbers *whole)
{
	LxNodeMemory facts = {
		.node = &made->host,
		.visible_bytes = any_number(random),
		.whole = whole,
		.stats = &made->facts.stats,
		.page_bytes = made->terms.page_bytes,
	};
	LxMeminfoNumbers numbers;

	lx_node_memory_compute(&facts, &numbers);
	check_bounds(&numbers);
	ck_assert_uint_le(
		numbers.values[LX_MEMINFO_MEM_FREE], numbers.values[LX_MEMINFO_MEM_TOTAL]);
	ck_assert_uint_le(
		numbers.values[LX_MEMINFO_MEM_TOTAL], whole->values[LX_MEMINFO_MEM_TOTAL]);
	ck_assert_uint_eq(numbers.values[LX_MEMINFO_MEM_USED],
		numbers.values[LX_MEMINFO_MEM_TOTAL] - numbers.values[LX_MEMINFO_MEM_FREE]);
}

START_TEST(the_invariants_hold_for_all_facts)
{
	GRand *random = g_rand_new_with_seed((guint32)seed());
	Case *made = g_new(Case, 1);

	for (unsigned i = 0; i < N_CASES; i++) {
		LxMeminfoNumbers numbers;

		fill_case(random, made);
		lx_memory_compute(&made->host, &made->facts, &made->terms, &numbers);
		check_numbers(&numbers);
		check_swap(made, &numbers);
		check_node(random, made, &numbers);
	}
	g_free(made);
	g_rand_free(random);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_invariants_hold_for_all_facts,
		NULL,
	};

	return unit_suite_new("model/memory_properties", tests);
}
