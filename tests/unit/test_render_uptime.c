/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "render/uptime.h"

START_TEST(seconds_and_hundredths_are_cut_not_rounded)
{
	static const struct {
		uint64_t uptime, idle;
		const char *text;
	} rows[] = {
		{0, 0, "0.00 0.00\n"},
		{9999999, 10000000, "0.00 0.01\n"},
		{UINT64_C(12345678999999), UINT64_C(999999999), "12345.67 0.99\n"},
		{UINT64_MAX, UINT64_MAX, "18446744073.70 18446744073.70\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) text = g_string_new(NULL);

		lx_render_uptime(rows[i].uptime, rows[i].idle, text);
		ck_assert_str_eq(text->str, rows[i].text);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		seconds_and_hundredths_are_cut_not_rounded,
		NULL,
	};

	return unit_suite_new("render/uptime", tests);
}
