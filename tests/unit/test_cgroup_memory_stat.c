/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "cgroup/memory_dialect.h"

#include <errno.h>

START_TEST(v2_keys_are_matched_whole)
{
	g_autoptr(GError) error = NULL;
	LxMemoryStats stats;

	unit_ok(lx_memory_stat_parse(lx_memory_v2.stat,
			lx_slice("anon 1\nfile 2\nfile_mapped 3\nkernel 4\nanon_thp 5\npgfault 6"),
			&stats, &error),
		error);
	ck_assert(stats.have[LX_MEMORY_ANON] && stats.values[LX_MEMORY_ANON] == 1);
	ck_assert(stats.have[LX_MEMORY_FILE] && stats.values[LX_MEMORY_FILE] == 2);
	ck_assert_uint_eq(stats.values[LX_MEMORY_FILE_MAPPED], 3);
	ck_assert_uint_eq(stats.values[LX_MEMORY_ANON_THP], 5);
	ck_assert_uint_eq(stats.values[LX_MEMORY_PGFAULT], 6);
	ck_assert(!stats.have[LX_MEMORY_SHMEM] && !stats.have[LX_MEMORY_KERNEL_STACK]);
}
END_TEST

START_TEST(v1_keys_are_those_of_the_whole_subtree)
{
	g_autoptr(GError) error = NULL;
	LxMemoryStats stats;

	unit_ok(lx_memory_stat_parse(lx_memory_v1.stat,
			lx_slice("cache 1\nrss 2\ninactive_file 3\ntotal_cache 10\ntotal_rss 20\n"
				 "total_rss_huge 30\ntotal_pgpgin 40\ntotal_inactive_file 50\n"),
			&stats, &error),
		error);
	ck_assert_uint_eq(stats.values[LX_MEMORY_FILE], 10);
	ck_assert_uint_eq(stats.values[LX_MEMORY_ANON], 20);
	ck_assert_uint_eq(stats.values[LX_MEMORY_ANON_THP], 30);
	ck_assert_uint_eq(stats.values[LX_MEMORY_INACTIVE_FILE], 50);
}
END_TEST

START_TEST(odd_texts_are_read_as_far_as_they_make_sense)
{
	static const struct {
		const char *text;
		bool have;
		uint64_t anon;
	} rows[] = {
		{"", false, 0},
		{"\n\n", false, 0},
		{"unheard_of x\n", false, 0},
		{"anon 1\nanon 2\n", true, 2},
		{"anon 99999999999999999999999\n", true, UINT64_MAX},
		{"anon 7", true, 7},
		{"anon\t7 8\n", true, 7},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxMemoryStats stats;

		unit_ok(lx_memory_stat_parse(
				lx_memory_v2.stat, lx_slice(rows[i].text), &stats, &error),
			error);
		ck_assert(stats.have[LX_MEMORY_ANON] == rows[i].have);
		ck_assert_uint_eq(stats.values[LX_MEMORY_ANON], rows[i].anon);
	}
}
END_TEST

START_TEST(a_key_without_a_number_names_file_and_line)
{
	static const char *const rows[] = {"file 1\nanon x\n", "file 1\nanon\n", "file 1\nanon -1"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxMemoryStats stats;

		unit_fails(
			lx_memory_stat_parse(lx_memory_v2.stat, lx_slice(rows[i]), &stats, &error),
			error, EINVAL, "memory.stat, line 2: anon");
	}
}
END_TEST

START_TEST(a_node_s_number_is_found_among_the_nodes)
{
	static const char v2[] = "anon N0=1 N1=2 N10=3\nfile N0=4\nslab_reclaimable N1=5\n";
	static const char v1[] = "total=9 N0=9\nhierarchical_total=30 N0=10 N1=20\n"
				 "hierarchical_anon=12 N0=5 N1=7";
	g_autoptr(GError) error = NULL;
	LxMemoryStats stats;

	unit_ok(lx_memory_node_stat_parse(lx_memory_v2.node_stat, lx_slice(v2), 1, &stats, &error),
		error);
	ck_assert_uint_eq(stats.values[LX_MEMORY_ANON], 2);
	ck_assert_uint_eq(stats.values[LX_MEMORY_SLAB_RECLAIMABLE], 5);
	ck_assert(!stats.have[LX_MEMORY_FILE]);
	unit_ok(lx_memory_node_stat_parse(lx_memory_v1.node_stat, lx_slice(v1), 1, &stats, &error),
		error);
	ck_assert_uint_eq(stats.values[LX_MEMORY_TOTAL], 20);
	ck_assert_uint_eq(stats.values[LX_MEMORY_ANON], 7);
	unit_ok(lx_memory_node_stat_parse(lx_memory_v1.node_stat, lx_slice(""), 1, &stats, &error),
		error);
	ck_assert(!stats.have[LX_MEMORY_TOTAL]);
}
END_TEST

START_TEST(a_node_without_a_number_names_file_and_line)
{
	g_autoptr(GError) error = NULL;
	LxMemoryStats stats;

	unit_fails(lx_memory_node_stat_parse(lx_memory_v2.node_stat,
			   lx_slice("file N=1 N0=1 Nx=2\nanon N0=x\n"), 0, &stats, &error),
		error, EINVAL, "memory.numa_stat, line 2: anon");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		v2_keys_are_matched_whole,
		v1_keys_are_those_of_the_whole_subtree,
		odd_texts_are_read_as_far_as_they_make_sense,
		a_key_without_a_number_names_file_and_line,
		a_node_s_number_is_found_among_the_nodes,
		a_node_without_a_number_names_file_and_line,
		NULL,
	};

	return unit_suite_new("cgroup/memory_stat", tests);
}
