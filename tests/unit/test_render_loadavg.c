/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "render/loadavg.h"

START_TEST(the_text_is_the_kernels)
{
	static const struct {
		LxLoadAverage average;
		LxTaskCounts tasks;
		const char *text;
	} rows[] = {
		{{{0, 0, 0}}, {0}, "0.00 0.00 0.00 1/1 0\n"},
		{{{2048, 4096, 204800}}, {3, 1, 79, 2601}, "1.00 2.00 100.00 3/79 2601\n"},
		/* half of a hundredth is added before the rest is cut */
		{{{10, 11, 2047}}, {0, 0, 5, 12}, "0.00 0.01 1.00 1/5 12\n"},
		{{{2031, 2037, 2038}}, {9, 0, 5, 12}, "0.99 0.99 1.00 9/9 12\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) text = g_string_new(NULL);

		lx_render_loadavg(&rows[i].average, &rows[i].tasks, text);
		ck_assert_str_eq(text->str, rows[i].text);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_text_is_the_kernels,
		NULL,
	};

	return unit_suite_new("render/loadavg", tests);
}
