/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/meminfo.h"

#include <errno.h>

#define MEMINFO "proc/meminfo"

START_TEST(known_fields_are_bytes_and_counts_in_the_order_of_the_text)
{
	g_autoptr(GError) error = NULL;
	LxMeminfo facts;

	unit_ok(lx_meminfo_parse(lx_slice("MemTotal:       24684084 kB\n"
					  "Active(anon):       1552 kB\n"
					  "HugePages_Total:       7\n"),
			MEMINFO, &facts, &error),
		error);
	ck_assert_uint_eq(facts.n_lines, 3);
	ck_assert_int_eq(facts.lines[0].field, LX_MEMINFO_MEM_TOTAL);
	ck_assert_uint_eq(facts.values[LX_MEMINFO_MEM_TOTAL], UINT64_C(24684084) * 1024);
	ck_assert_int_eq(facts.lines[1].field, LX_MEMINFO_ACTIVE_ANON);
	ck_assert_int_eq(facts.lines[2].unit, LX_MEMINFO_COUNT);
	ck_assert_uint_eq(facts.values[LX_MEMINFO_HUGE_PAGES_TOTAL], 7);
	ck_assert(!facts.have[LX_MEMINFO_MEM_FREE]);
}
END_TEST

START_TEST(what_cannot_be_made_sense_of_is_passed_over_unless_its_field_is_known)
{
	static const struct {
		const char *text;
		unsigned n_lines;
	} rows[] = {
		{"", 0},
		{"\n\n", 0},
		{"no colon 5\n", 0},
		{"New_Line: 5 kB\n", 1},
		{"New_Line: 5 kB", 1},
		{"New_Line: five kB\n", 0},
		{"New_Line: 5 MB\n", 0},
		{"New_Line:\n", 0},
		{": 5 kB\n", 1},
		{"MemTota: 5 kB\nMemTotals: 5 kB\n", 2},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxMeminfo facts;

		unit_ok(lx_meminfo_parse(lx_slice(rows[i].text), MEMINFO, &facts, &error), error);
		ck_assert_msg(facts.n_lines == rows[i].n_lines, "\"%s\"", rows[i].text);
		for (unsigned line = 0; line < facts.n_lines; line++)
			ck_assert_int_eq(facts.lines[line].field, LX_MEMINFO_UNKNOWN);
	}
}
END_TEST

START_TEST(a_known_field_without_its_number_names_file_and_line)
{
	static const char *const rows[] = {"A: 1\nMemTotal: x kB\n", "A: 1\nMemTotal: -1 kB\n",
		"A: 1\nMemTotal:\n", "A: 1\nMemTotal: 5\n", "A: 1\nMemTotal: 5 MB\n",
		"A: 1\nHugePages_Free: 5 kB\n", "A: 1\nMemTotal: 5kB"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxMeminfo facts;

		unit_fails(lx_meminfo_parse(lx_slice(rows[i]), MEMINFO, &facts, &error), error,
			EINVAL, "proc/meminfo, line 2");
	}
}
END_TEST

START_TEST(numbers_saturate_and_the_last_of_two_counts)
{
	g_autoptr(GError) error = NULL;
	LxMeminfo facts;

	unit_ok(lx_meminfo_parse(lx_slice("MemFree: 99999999999999999999999 kB\n"
					  "MemTotal: 1 kB\nMemTotal: 2 kB\n"),
			MEMINFO, &facts, &error),
		error);
	ck_assert_uint_eq(facts.values[LX_MEMINFO_MEM_FREE], UINT64_MAX);
	ck_assert_uint_eq(facts.values[LX_MEMINFO_MEM_TOTAL], 2048);
	ck_assert_uint_eq(facts.n_lines, 3);
}
END_TEST

START_TEST(lines_beyond_the_room_are_passed_over_and_known_ones_still_read)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	LxMeminfo facts;

	for (unsigned i = 0; i < LX_MEMINFO_LINES_MAX + 10; i++)
		g_string_append_printf(text, "Line%u: 1 kB\n", i);
	g_string_append(text, "MemTotal: 4 kB\n");
	unit_ok(lx_meminfo_parse(lx_slice(text->str), MEMINFO, &facts, &error), error);
	ck_assert_uint_eq(facts.n_lines, LX_MEMINFO_LINES_MAX);
	ck_assert_uint_eq(facts.values[LX_MEMINFO_MEM_TOTAL], 4096);
}
END_TEST

START_TEST(a_node_s_lines_begin_with_the_node)
{
	g_autoptr(GError) error = NULL;
	LxMeminfo facts;

	unit_ok(lx_meminfo_parse_node(lx_slice("Node 0 MemTotal:        4417740 kB\n"
					       "MemFree: 1 kB\n"
					       "Node x MemUsed: 1 kB\n"
					       "Node 0 FilePages:         17252 kB\n"),
			"node0/meminfo", &facts, &error),
		error);
	ck_assert_uint_eq(facts.n_lines, 2);
	ck_assert_uint_eq(facts.values[LX_MEMINFO_MEM_TOTAL], UINT64_C(4417740) * 1024);
	ck_assert_uint_eq(facts.values[LX_MEMINFO_FILE_PAGES], UINT64_C(17252) * 1024);
	ck_assert(!facts.have[LX_MEMINFO_MEM_FREE]);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		known_fields_are_bytes_and_counts_in_the_order_of_the_text,
		what_cannot_be_made_sense_of_is_passed_over_unless_its_field_is_known,
		a_known_field_without_its_number_names_file_and_line,
		numbers_saturate_and_the_last_of_two_counts,
		lines_beyond_the_room_are_passed_over_and_known_ones_still_read,
		a_node_s_lines_begin_with_the_node,
		NULL,
	};

	return unit_suite_new("host/meminfo", tests);
}
