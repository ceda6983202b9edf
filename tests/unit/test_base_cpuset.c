/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "base/cpuset.h"

#include <errno.h>
#include <limits.h>

static LxCpuset parsed(const char *text)
{
	g_autoptr(GError) error = NULL;
	LxCpuset set = {0};

	unit_ok(lx_cpuset_parse(lx_slice(text), "online", &set, &error), error);
	return set;
}

static char *list_of(const LxCpuset *set)
{
	GString *text = g_string_new(NULL);

	lx_cpuset_append_list(set, text);
	return g_string_free(text, FALSE);
}

START_TEST(a_list_comes_back_as_the_kernel_writes_it)
{
	static const char *const rows[][2] = {
		{"0-3,8\n", "0-3,8"},
		{"", ""},
		{"\n", ""},
		{"5", "5"},
		{"0,1,2", "0-2"},
		{"8191", "8191"},
		{"0-8191", "0-8191"},
		{"3,1-2", "1-3"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxCpuset set = parsed(rows[i][0]);
		g_autofree char *list = list_of(&set);

		ck_assert_str_eq(list, rows[i][1]);
	}
}
END_TEST

START_TEST(what_is_no_list_is_refused_with_the_name_of_the_file)
{
	static const char *const rows[] = {
		"a", "1-", "-1", "3-1", "8192", "0-99999999999999999999", "1,,2", "1;2", "1 2"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxCpuset set = {{42}};

		unit_fails(lx_cpuset_parse(lx_slice(rows[i]), "cpuset.cpus", &set, &error), error,
			EINVAL, "cpuset.cpus");
		ck_assert_uint_eq(set.words[0], 42);
	}
}
END_TEST

START_TEST(first_takes_the_smallest_numbers)
{
	LxCpuset set = parsed("2,5-7,100"), first = lx_cpuset_first(&set, 3);
	g_autofree char *list = list_of(&first);

	ck_assert_str_eq(list, "2,5-6");
	ck_assert_uint_eq(lx_cpuset_count(&set), 5);
	ck_assert(!lx_cpuset_is_empty(&set));
	ck_assert_uint_eq(lx_cpuset_end(&set), 101);
	ck_assert_uint_eq(lx_cpuset_rank(&set, 7), 3);
	ck_assert_uint_eq(lx_cpuset_next(&set, 8), 100);
	ck_assert_uint_eq(lx_cpuset_next(&set, 101), LX_CPUSET_MAX);
}
END_TEST

START_TEST(a_mask_has_the_width_of_its_bits)
{
	static const struct {
		const char *list;
		unsigned bits;
		const char *mask;
	} rows[] = {
		{"0-1", 2, "3"},
		{"0", 6, "01"},
		{"0-31", 32, "ffffffff"},
		{"32", 33, "1,00000000"},
		{"0,63", 64, "80000000,00000001"},
		{"", 8, "00"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxCpuset set = parsed(rows[i].list);
		g_autoptr(GString) mask = g_string_new(NULL);

		lx_cpuset_append_mask(&set, rows[i].bits, mask);
		ck_assert_str_eq(mask->str, rows[i].mask);
	}
}
END_TEST

START_TEST(a_rank_counts_across_words)
{
	LxCpuset set = parsed("0,63-64,127-129,8191");

	ck_assert_uint_eq(lx_cpuset_rank(&set, 0), 0);
	ck_assert_uint_eq(lx_cpuset_rank(&set, 64), 2);
	ck_assert_uint_eq(lx_cpuset_rank(&set, 128), 4);
	ck_assert_uint_eq(lx_cpuset_rank(&set, 8191), 6);
	ck_assert_uint_eq(lx_cpuset_rank(&set, UINT_MAX), 7);
}
END_TEST

START_TEST(a_mask_comes_back_in_its_width)
{
	static const struct {
		const char *mask;
		const char *list;
	} rows[] = {
		{"3\n", "0-1"},
		{"3", "0-1"},
		{"01\n", "0"},
		{"FFFFFFFF\n", "0-31"},
		{"1,00000000\n", "32"},
		{"00000000,80000000,00000001\n", "0,63"},
		{"0\n", ""},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GString) mask = g_string_new(NULL);
		g_autofree char *list = NULL, *down = g_ascii_strdown(rows[i].mask, -1);
		unsigned n_bits;
		LxCpuset set;

		unit_ok(lx_cpuset_parse_mask(
				lx_slice(rows[i].mask), "core_cpus", &set, &n_bits, &error),
			error);
		list = list_of(&set);
		ck_assert_str_eq(list, rows[i].list);
		lx_cpuset_append_mask(&set, n_bits, mask);
		ck_assert_str_eq(mask->str, g_strchomp(down));
	}
}
END_TEST

START_TEST(what_is_no_mask_is_refused)
{
	static const char *const rows[] = {"", "\n", "g", "1,", ",00000000", "123456789",
		"1,0000000", "1,000000000", "1 00000000", "00000000,,00000000", "-1"};
	g_autoptr(GString) huge = g_string_new("f");

	for (unsigned i = 0; i < LX_CPUSET_MAX / 32; i++)
		g_string_append(huge, ",ffffffff");
	for (size_t i = 0; i <= G_N_ELEMENTS(rows); i++) {
		const char *mask = i < G_N_ELEMENTS(rows) ? rows[i] : huge->str;
		g_autoptr(GError) error = NULL;
		LxCpuset set = {{42}};
		unsigned n_bits = 7;

		unit_fails(lx_cpuset_parse_mask(lx_slice(mask), "core_cpus", &set, &n_bits, &error),
			error, EINVAL, "core_cpus");
		ck_assert_uint_eq(set.words[0], 42);
		ck_assert_uint_eq(n_bits, 7);
	}
}
END_TEST

START_TEST(a_row_is_numbers_and_blanks)
{
	static const char *const bad[] = {"0,1", "0 x", "8192", "0 -1", "0\n1"};
	g_autoptr(GError) error = NULL;
	g_autofree char *list = NULL;
	LxCpuset set;

	unit_ok(lx_cpuset_parse_words(lx_slice("0 1 2 8191 \n"), "related_cpus", &set, &error),
		error);
	list = list_of(&set);
	ck_assert_str_eq(list, "0-2,8191");
	unit_ok(lx_cpuset_parse_words(lx_slice("\n"), "related_cpus", &set, &error), error);
	ck_assert_uint_eq(lx_cpuset_count(&set), 0);
	ck_assert(lx_cpuset_is_empty(&set));
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		unit_fails(lx_cpuset_parse_words(lx_slice(bad[i]), "related_cpus", &set, &error),
			error, EINVAL, "related_cpus");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_list_comes_back_as_the_kernel_writes_it,
		what_is_no_list_is_refused_with_the_name_of_the_file,
		first_takes_the_smallest_numbers,
		a_mask_has_the_width_of_its_bits,
		a_rank_counts_across_words,
		a_mask_comes_back_in_its_width,
		what_is_no_mask_is_refused,
		a_row_is_numbers_and_blanks,
		NULL,
	};

	return unit_suite_new("base/cpuset", tests);
}
