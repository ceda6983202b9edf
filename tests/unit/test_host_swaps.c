/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/swaps.h"

#include <errno.h>

START_TEST(the_header_tells_the_kernel_s_columns)
{
	static const struct {
		const char *text, *header;
		bool wide;
	} rows[] = {
		{"Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/swap file 1 0 -2\n",
			"Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority", true},
		{"Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n",
			"Filename\t\t\t\tType\t\tSize\tUsed\tPriority", false},
		{"Filename\tNew", "Filename\tNew", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxSwaps swaps;

		unit_ok(lx_swaps_parse(lx_slice(rows[i].text), "proc/swaps", &swaps, &error),
			error);
		ck_assert(lx_slice_equal(swaps.header, rows[i].header));
		ck_assert(swaps.wide_columns == rows[i].wide);
	}
}
END_TEST

START_TEST(a_text_without_the_header_is_refused)
{
	static const char *const rows[] = {"", "\n", "garbage\n", "\nFilename\tType\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxSwaps swaps;

		unit_fails(lx_swaps_parse(lx_slice(rows[i]), "proc/swaps", &swaps, &error), error,
			EINVAL, "proc/swaps, line 1");
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_header_tells_the_kernel_s_columns,
		a_text_without_the_header_is_refused,
		NULL,
	};

	return unit_suite_new("host/swaps", tests);
}
