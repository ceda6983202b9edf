/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "render/diskstats.h"

static void check_text(const LxDiskstatsRow *rows, unsigned n_rows, const char *expected)
{
	const LxDiskstats diskstats = {(LxDiskstatsRow *)rows, n_rows};
	g_autoptr(GString) text = g_string_new("");

	lx_render_diskstats(&diskstats, text);
	ck_assert_str_eq(text->str, expected);
}

START_TEST(a_line_has_the_kernels_twenty_columns)
{
	static const LxDisk vda = {254, 0, "vda"}, sdb = {8, 16, "sdb"};
	static const LxDiskstatsRow rows[] = {
		{.disk = &vda,
			.operations = {{1, 2, 3 * 512, 4000000}, {5, 6, 7 * 512, 8000000},
				{9, 10, 11 * 512, 12000000}},
			.nsec = 24000000},
		{.disk = &sdb, .operations = {{.requests = 1}}},
	};

	check_text(rows, G_N_ELEMENTS(rows),
		" 254       0 vda 1 2 3 4 5 6 7 8 0 0 24 9 10 11 12 0 0\n"
		"   8      16 sdb 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
}
END_TEST

START_TEST(sectors_and_milliseconds_are_rounded_down)
{
	static const LxDisk sda = {8, 0, "sda"};
	static const LxDiskstatsRow row = {
		.disk = &sda, .operations = {{0, 0, 1023, 1999999}}, .nsec = 999999};

	check_text(&row, 1, "   8       0 sda 0 0 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
}
END_TEST

START_TEST(numbers_of_any_width_are_printed)
{
	static const LxDisk wide = {4294967295, 4294967295, "wide"};
	static const LxDiskstatsRow row = {
		.disk = &wide, .operations = {{UINT64_MAX, 0, UINT64_MAX, UINT64_MAX}}};

	check_text(&row, 1,
		"4294967295 4294967295 wide 18446744073709551615 0 36028797018963967 "
		"18446744073709 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
}
END_TEST

START_TEST(no_rows_are_no_text)
{
	check_text(NULL, 0, "");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_line_has_the_kernels_twenty_columns,
		sectors_and_milliseconds_are_rounded_down,
		numbers_of_any_width_are_printed,
		no_rows_are_no_text,
		NULL,
	};

	return unit_suite_new("render/diskstats", tests);
}
