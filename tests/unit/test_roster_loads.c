/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "roster/loads.h"

#include <sys/stat.h>

#define LIMIT_MSEC 20000

START_TEST(averages_are_parsed_in_hundredths)
{
	LxLoadReading got = {0};

	ck_assert(lx_loads_parse("0.31 12.05 100000.00 1/24 318\n", &got));
	ck_assert(got.known);
	ck_assert_uint_eq(got.hundredths[0], 31);
	ck_assert_uint_eq(got.hundredths[1], 1205);
	ck_assert_uint_eq(got.hundredths[2], 10000000);
}
END_TEST

START_TEST(anything_else_is_refused)
{
	static const char *const texts[] = {"", "\n", "0.31", "0.31 0.12 0.05",
		"0.3 0.12 0.05 1/2 3", "-1.00 0.00 0.00 1/2 3", "a b c", "0.31  0.12 0.05 1/2",
		" 0.31 0.12 0.05 1/2 3", "99999999999999999999.00 0.00 0.00 1/2 3",
		"42949673.00 0.00 0.00 1/2 3"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		LxLoadReading got = {.hundredths = {42}};

		ck_assert_msg(!lx_loads_parse(texts[i], &got), "%s", texts[i]);
		ck_assert_uint_eq(got.hundredths[0], 42);
	}
}
END_TEST

START_TEST(each_container_is_read_from_its_own_folder)
{
	static const char *const files[] = {"containers/a/proc/loadavg", "1.00 2.00 3.00 1/1 1\n",
		"containers/b/proc/loadavg", "nonsense", NULL};
	static const char *const ids[] = {"a", "b", "gone"};
	unit_autofolder folder = unit_folder_new(files);
	LxLoadReading got[3] = {{.known = true}, {.known = true}, {.known = true}};

	ck_assert_int_eq(lx_loads_read(folder, ids, 3, LIMIT_MSEC, got), LX_LOADS_SERVED);
	ck_assert(got[0].known);
	ck_assert_uint_eq(got[0].hundredths[1], 200);
	ck_assert(!got[1].known);
	ck_assert(!got[2].known);
}
END_TEST

START_TEST(where_nothing_is_mounted_nothing_is_known)
{
	static const char *const files[] = {"other", "", NULL};
	static const char *const ids[] = {"a"};
	unit_autofolder folder = unit_folder_new(files);
	LxLoadReading got = {.known = true};

	ck_assert_int_eq(lx_loads_read(folder, ids, 1, LIMIT_MSEC, &got), LX_LOADS_UNSERVED);
	ck_assert(!got.known);
	ck_assert_int_eq(lx_loads_read(folder, ids, 0, LIMIT_MSEC, NULL), LX_LOADS_UNSERVED);
}
END_TEST

/* Nobody writes into the pipe: opening it hangs. */
START_TEST(a_server_that_hangs_is_left_and_what_was_read_is_kept)
{
	static const char *const files[] = {"containers/a/proc/loadavg", "1.00 2.00 3.00 1/1 1\n",
		"containers/b/proc/other", "", NULL};
	static const char *const ids[] = {"a", "b"};
	unit_autofolder folder = unit_folder_new(files);
	g_autofree char *pipe = g_build_filename(folder, "containers/b/proc/loadavg", NULL);
	LxLoadReading got[2];

	ck_assert_int_eq(mkfifo(pipe, 0600), 0);
	ck_assert_int_eq(lx_loads_read(folder, ids, 2, 500, got), LX_LOADS_SILENT);
	ck_assert(got[0].known);
	ck_assert(!got[1].known);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		averages_are_parsed_in_hundredths,
		anything_else_is_refused,
		each_container_is_read_from_its_own_folder,
		where_nothing_is_mounted_nothing_is_known,
		a_server_that_hangs_is_left_and_what_was_read_is_kept,
		NULL,
	};

	return unit_suite_new("roster/loads", tests);
}
