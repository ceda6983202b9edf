/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "model/node_memory.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

typedef struct {
	const char *claim;
	uint64_t node, visible, whole_total, whole_free;
	bool have_anon;
	uint64_t anon;
	uint64_t total, free;
} Row;

START_TEST(a_limit_is_divided_among_the_visible_nodes)
{
	static const Row rows[] = {
		{"one node has it all", 4 * GIB, 4 * GIB, 512 * MIB, 300 * MIB, true, 200 * MIB,
			512 * MIB, 300 * MIB},
		{"half of the memory, half of the limit", 4 * GIB, 8 * GIB, 512 * MIB, 300 * MIB,
			true, 100 * MIB, 256 * MIB, 156 * MIB},
		{"no limit: the node's own size", 4 * GIB, 8 * GIB, 8 * GIB, 7 * GIB, true, GIB,
			4 * GIB, 3 * GIB},
		{"never more free than the container has", 4 * GIB, 8 * GIB, 8 * GIB, MIB, true, 0,
			4 * GIB, MIB},
		{"use above the share", 4 * GIB, 8 * GIB, 512 * MIB, 300 * MIB, true, GIB,
			256 * MIB, 0},
		{"use unknown: a share of what is free", 4 * GIB, 8 * GIB, 512 * MIB, 300 * MIB,
			false, 0, 256 * MIB, 150 * MIB},
		{"a node that is missing from the sum", 4 * GIB, 0, 512 * MIB, 300 * MIB, false, 0,
			512 * MIB, 300 * MIB},
		{"a node without memory", 0, 4 * GIB, 512 * MIB, 300 * MIB, false, 0, 0, 0},
		{"whole pages", 1 * GIB, 3 * GIB, MIB, MIB, true, 0, 348160, 348160},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const Row *row = &rows[i];
		LxMemoryStats stats = {0};
		LxMeminfo node = {.n_lines = 0};
		LxMeminfoNumbers whole = {0}, numbers;
		LxNodeMemory facts = {&node, row->visible, &whole, &stats, 4096};

		node.values[LX_MEMINFO_MEM_TOTAL] = row->node;
		whole.values[LX_MEMINFO_MEM_TOTAL] = row->whole_total;
		whole.values[LX_MEMINFO_MEM_FREE] = row->whole_free;
		stats.have[LX_MEMORY_ANON] = row->have_anon;
		stats.values[LX_MEMORY_ANON] = row->anon;
		lx_node_memory_compute(&facts, &numbers);
		ck_assert_msg(numbers.values[LX_MEMINFO_MEM_TOTAL] == row->total, "total: %s",
			row->claim);
		ck_assert_msg(
			numbers.values[LX_MEMINFO_MEM_FREE] == row->free, "free: %s", row->claim);
		ck_assert_uint_eq(numbers.values[LX_MEMINFO_MEM_USED], row->total - row->free);
		ck_assert_uint_eq(numbers.values[LX_MEMINFO_ANON_PAGES], row->anon);
	}
}
END_TEST

START_TEST(a_total_of_the_node_s_counts_for_its_parts)
{
	LxMemoryStats stats = {0};
	LxMeminfo node = {.n_lines = 0};
	LxMeminfoNumbers whole = {0}, numbers;
	LxNodeMemory facts = {&node, GIB, &whole, &stats, 4096};

	node.values[LX_MEMINFO_MEM_TOTAL] = GIB;
	whole.values[LX_MEMINFO_MEM_TOTAL] = whole.values[LX_MEMINFO_MEM_FREE] = GIB;
	stats.have[LX_MEMORY_TOTAL] = stats.have[LX_MEMORY_ANON] = true;
	stats.values[LX_MEMORY_TOTAL] = 10 * MIB;
	stats.values[LX_MEMORY_ANON] = 4 * MIB;
	lx_node_memory_compute(&facts, &numbers);
	ck_assert_uint_eq(numbers.values[LX_MEMINFO_MEM_USED], 10 * MIB);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_limit_is_divided_among_the_visible_nodes,
		a_total_of_the_node_s_counts_for_its_parts,
		NULL,
	};

	return unit_suite_new("model/node_memory", tests);
}
