/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "render/sysfs.h"

typedef void (*Append)(LxSlice host, GString *to);

static void check(Append append, const char *host, const char *expected)
{
	g_autoptr(GString) text = g_string_new(NULL);

	append(lx_slice(host), text);
	ck_assert_str_eq(text->str, expected);
}

START_TEST(sets_are_written_in_the_kernels_three_ways)
{
	g_autoptr(GString) text = g_string_new(NULL);
	LxCpuset set = {0};

	lx_sysfs_append_list(&set, text);
	lx_sysfs_append_row(&set, text);
	lx_sysfs_append_mask(&set, 8, text);
	ck_assert_str_eq(text->str, "\n\n00\n");
	g_string_truncate(text, 0);
	lx_cpuset_add(&set, 0);
	lx_cpuset_add(&set, 1);
	lx_cpuset_add(&set, 32);
	lx_sysfs_append_list(&set, text);
	lx_sysfs_append_row(&set, text);
	lx_sysfs_append_mask(&set, 64, text);
	ck_assert_str_eq(text->str, "0-1,32\n0 1 32\n00000001,00000003\n");
}
END_TEST

START_TEST(a_number_becomes_0_and_what_is_none_stays)
{
	check(lx_sysfs_append_zero, "4711\n", "0\n");
	check(lx_sysfs_append_zero, "0\n", "0\n");
	check(lx_sysfs_append_zero, "1f3a\n", "0\n");
	check(lx_sysfs_append_zero, "99999999999999999999999", "0\n");
	check(lx_sysfs_append_zero, "\n", "\n");
	check(lx_sysfs_append_zero, "", "");
	check(lx_sysfs_append_zero, "unsupported\n", "unsupported\n");
}
END_TEST

START_TEST(counts_become_0_and_their_names_stay)
{
	check(lx_sysfs_append_zero_columns,
		"numa_hit 4481467\nnuma_miss 0\nother_node 18446744073709551615\n",
		"numa_hit 0\nnuma_miss 0\nother_node 0\n");
	check(lx_sysfs_append_zero_columns, "2600000 123456\n1500000 7\n",
		"2600000 0\n1500000 0\n");
	check(lx_sysfs_append_zero_columns, "no newline 5", "no newline 0\n");
	check(lx_sysfs_append_zero_columns, "", "");
	check(lx_sysfs_append_zero_columns, "\n", "\n");
}
END_TEST

START_TEST(a_table_keeps_its_headings_and_columns)
{
	check(lx_sysfs_append_zero_columns,
		"   From  :    To\n"
		"         :   2600000   1500000 \n"
		"  2600000:         0       125 \n"
		"  1500000:       124         0 \n",
		"   From  :    To\n"
		"         :   2600000   1500000 \n"
		"  2600000:         0         0 \n"
		"  1500000:         0         0 \n");
}
END_TEST

START_TEST(fields_become_0)
{
	check(lx_sysfs_append_zero_fields, "ref:123456 del:7890\n", "ref:0 del:0\n");
	check(lx_sysfs_append_zero_fields, "", "");
}
END_TEST

START_TEST(columns_of_what_is_not_kept_go)
{
	static const struct {
		const char *host, *all, *kept, *text;
	} rows[] = {
		{"10 20 30 40\n", "0-3", "0-3", "10 20 30 40\n"},
		{"10 20 30 40\n", "0-3", "1,3", "20 40\n"},
		{"10 21\n", "0,2", "2", "21\n"},
		{"10\n", "0-3", "0-3", "10\n"},
		{"10 20 30\n", "0-1", "1", "20\n"},
		{"", "0", "0", "\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		LxCpuset all, kept;

		ck_assert(lx_cpuset_parse(lx_slice(rows[i].all), "test", &all, NULL));
		ck_assert(lx_cpuset_parse(lx_slice(rows[i].kept), "test", &kept, NULL));
		lx_sysfs_append_columns(lx_slice(rows[i].host), &all, &kept, text);
		ck_assert_str_eq(text->str, rows[i].text);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		sets_are_written_in_the_kernels_three_ways,
		a_number_becomes_0_and_what_is_none_stays,
		counts_become_0_and_their_names_stay,
		a_table_keeps_its_headings_and_columns,
		fields_become_0,
		columns_of_what_is_not_kept_go,
		NULL,
	};

	return unit_suite_new("render/sysfs", tests);
}
