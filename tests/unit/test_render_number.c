/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "render/number.h"

START_TEST(numbers_are_right_aligned_and_never_cut)
{
	static const struct {
		uint64_t number;
		unsigned width;
		const char *text;
	} rows[] = {
		{0, 0, "0"},
		{0, 5, "    0"},
		{12345, 5, "12345"},
		{123456, 5, "123456"},
		{UINT64_MAX, 0, "18446744073709551615"},
		{7, 25, "                        7"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) text = g_string_new("x");

		lx_number_append(text, rows[i].number, rows[i].width);
		ck_assert_str_eq(text->str + 1, rows[i].text);
	}
}
END_TEST

START_TEST(blanks_are_as_many_as_asked_for)
{
	for (unsigned n = 0; n < 100; n++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autofree char *expected = g_strnfill(n, ' ');

		lx_number_append_blanks(text, n);
		ck_assert_str_eq(text->str, expected);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		numbers_are_right_aligned_and_never_cut,
		blanks_are_as_many_as_asked_for,
		NULL,
	};

	return unit_suite_new("render/number", tests);
}
