/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view/pids.h"

#include "unit.h"

/* 100 and above are the asker's, counted down, so that lists change their order. */
static pid_t inward(gconstpointer data, pid_t outer)
{
	return outer >= 100 ? 200 - outer : 0;
}

START_TEST(a_list_is_translated_as_the_kernel_prints_it)
{
	static const struct {
		const char *list, *v1, *v2;
	} rows[] = {
		{"", "", ""},
		{"100\n101\n", "99\n100\n", "100\n99\n"},
		{"7\n150\n", "50\n", "0\n50\n"},
		{"0\nx\n99999999999\n199", "1\n", "0\n0\n0\n1\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) v1 = g_string_new(NULL), v2 = g_string_new(NULL);

		lx_pids_translate(lx_slice(rows[i].list), false, inward, NULL, v1);
		lx_pids_translate(lx_slice(rows[i].list), true, inward, NULL, v2);
		ck_assert_str_eq(v1->str, rows[i].v1);
		ck_assert_str_eq(v2->str, rows[i].v2);
	}
}
END_TEST

START_TEST(what_is_written_is_one_number)
{
	static const struct {
		const char *text;
		int number; /* -1: none */
	} rows[] = {{"12", 12}, {" 12\n", 12}, {"0\n", 0}, {"0x10", 16}, {"010", 8}, {"+5", 5},
		{"", -1}, {"\n", -1}, {"-1", -1}, {"1 2", -1}, {"1\n2", -1}, {"12a", -1},
		{"++5", -1}, {"2147483648", -1}, {"99999999999999999999999", -1}, {"+", -1}};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		pid_t number = -1;

		ck_assert_int_eq(lx_pids_parse_written(lx_slice(rows[i].text), &number),
			rows[i].number >= 0);
		ck_assert_int_eq(number, rows[i].number);
	}
}
END_TEST

START_TEST(the_numbers_of_all_namespaces_are_read)
{
	g_autoptr(GArray) numbers =
		lx_pids_parse_nspid(lx_slice("Name:\tNSpid: 1\nNSpid:\t500\t20\t1\n"));

	ck_assert_uint_eq(numbers->len, 3);
	ck_assert_int_eq(g_array_index(numbers, pid_t, 1), 20);
	ck_assert_ptr_null(lx_pids_parse_nspid(lx_slice("Pid:\t3\n")));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {a_list_is_translated_as_the_kernel_prints_it,
		what_is_written_is_one_number, the_numbers_of_all_namespaces_are_read, NULL};

	return unit_suite_new("view/pids", tests);
}
