/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "roster/loads.h"

#include <sys/stat.h>

#define LIMIT_MSEC 20000

static GHashTable *parsed(const char *text)
{
	return lx_loads_parse(text, strlen(text));
}

START_TEST(averages_are_parsed_in_hundredths)
{
	g_autoptr(GHashTable) loads = parsed("7 0.31 12.05 100000.00 1/24 318\n"
					     "18446744073709551615 1.00 2.00 3.00 1/1 1\n");
	const LxLoadReading *got = lx_loads_find(loads, 7);

	ck_assert_ptr_nonnull(got);
	ck_assert_uint_eq(got->hundredths[0], 31);
	ck_assert_uint_eq(got->hundredths[1], 1205);
	ck_assert_uint_eq(got->hundredths[2], 10000000);
	ck_assert_ptr_nonnull(lx_loads_find(loads, UINT64_MAX));
	ck_assert_ptr_null(lx_loads_find(loads, 8));
}
END_TEST

START_TEST(anything_else_says_nothing)
{
	static const char *const texts[] = {"", "\n", "7\n", "7 0.31\n", "7 0.31 0.12 0.05\n",
		"7 0.3 0.12 0.05 1/2 3\n", "7 -1.00 0.00 0.00 1/2 3\n", "7 a b c\n",
		"7 0.31  0.12 0.05 1/2\n", "7  0.31 0.12 0.05 1/2 3\n",
		"7 99999999999999999999.00 0.00 0.00 1/2 3\n", "7 42949673.00 0.00 0.00 1/2 3\n",
		" 7 0.31 0.12 0.05 1/2 3\n", "-7 0.31 0.12 0.05 1/2 3\n",
		"a 0.31 0.12 0.05 1/2 3\n", "0.31 0.12 0.05 1/2 3\n", "7 0.31 0.12 0.05 1/2 3"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GHashTable) loads = parsed(texts[i]);

		ck_assert_msg(g_hash_table_size(loads) == 0, "%s", texts[i]);
	}
}
END_TEST

START_TEST(a_line_of_nonsense_spoils_no_other)
{
	g_autoptr(GString) text = g_string_new("1 1.00 1.00 1.00 1/1 1\nnonsense\n");
	g_autoptr(GHashTable) loads = NULL;

	for (int i = 0; i < 1000; i++)
		g_string_append_c(text, '9');
	g_string_append(text, "\n2 2.00 2.00 2.00 1/1 1\n1 3.00 1.00 1.00 1/1 1\n3 1.0");
	loads = lx_loads_parse(text->str, text->len);
	ck_assert_uint_eq(g_hash_table_size(loads), 2);
	ck_assert_uint_eq(lx_loads_find(loads, 2)->hundredths[0], 200);
	ck_assert_uint_eq(lx_loads_find(loads, 1)->hundredths[0], 300);
}
END_TEST

START_TEST(loads_are_read_from_the_mount)
{
	static const char *const files[] = {
		"containers/.loadavg", "1 1.00 2.00 3.00 1/1 1\n", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(GHashTable) loads = NULL;

	ck_assert_int_eq(lx_loads_read(folder, 1, LIMIT_MSEC, &loads), LX_LOADS_SERVED);
	ck_assert_uint_eq(lx_loads_find(loads, 1)->hundredths[1], 200);
}
END_TEST

/* As many lines as are asked for and many more: what does not fit is not known, and no harm. */
START_TEST(a_text_without_end_is_cut)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const char *files[] = {"containers/.loadavg", NULL, NULL};
	g_autoptr(GHashTable) loads = NULL;

	for (int i = 0; i < 10000; i++)
		g_string_append_printf(text, "%d 1.00 2.00 3.00 1/1 1\n", i);
	files[1] = text->str;
	unit_autofolder folder = unit_folder_new(files);
	ck_assert_int_eq(lx_loads_read(folder, 1, LIMIT_MSEC, &loads), LX_LOADS_SERVED);
	ck_assert_ptr_nonnull(lx_loads_find(loads, 0));
	ck_assert_uint_lt(g_hash_table_size(loads), 10000);
}
END_TEST

START_TEST(a_server_without_loads_serves_all_the_same)
{
	static const char *const files[] = {"containers/a/proc/loadavg", "", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(GHashTable) loads = NULL;

	ck_assert_int_eq(lx_loads_read(folder, 1, LIMIT_MSEC, &loads), LX_LOADS_SERVED);
	ck_assert_uint_eq(g_hash_table_size(loads), 0);
}
END_TEST

START_TEST(where_nothing_is_mounted_nothing_is_known)
{
	static const char *const files[] = {"other", "", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(GHashTable) loads = NULL;

	ck_assert_int_eq(lx_loads_read(folder, 0, LIMIT_MSEC, &loads), LX_LOADS_UNSERVED);
	ck_assert_uint_eq(g_hash_table_size(loads), 0);
}
END_TEST

/* Nobody writes into the pipe: opening it hangs. */
START_TEST(a_server_that_hangs_is_left)
{
	static const char *const files[] = {"containers/other", "", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autofree char *pipe = g_build_filename(folder, "containers/.loadavg", NULL);
	g_autoptr(GHashTable) loads = NULL;

	ck_assert_int_eq(mkfifo(pipe, 0600), 0);
	ck_assert_int_eq(lx_loads_read(folder, 2, 500, &loads), LX_LOADS_SILENT);
	ck_assert_uint_eq(g_hash_table_size(loads), 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		averages_are_parsed_in_hundredths,
		anything_else_says_nothing,
		a_line_of_nonsense_spoils_no_other,
		loads_are_read_from_the_mount,
		a_text_without_end_is_cut,
		a_server_without_loads_serves_all_the_same,
		where_nothing_is_mounted_nothing_is_known,
		a_server_that_hangs_is_left,
		NULL,
	};

	return unit_suite_new("roster/loads", tests);
}
