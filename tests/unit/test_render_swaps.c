/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/swaps.h"
#include "render/swaps.h"

#define HEADER "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
#define OLD_HEADER "Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n"
#define NAME "none                                    virtual\t\t"

START_TEST(the_line_is_the_kernel_s_at_any_width)
{
	static const struct {
		const char *header;
		uint64_t total_kib, free_kib;
		const char *text;
	} rows[] = {
		{HEADER, 0, 0, HEADER},
		{HEADER, 1024, 1000, HEADER NAME "1024\t\t24\t\t0\n"},
		{HEADER, 1024, 1024, HEADER NAME "1024\t\t0\t\t0\n"},
		{HEADER, 9999999, 0, HEADER NAME "9999999\t\t9999999\t\t0\n"},
		{HEADER, 10000000, 0, HEADER NAME "10000000\t10000000\t0\n"},
		{HEADER, 134217724, 134217724, HEADER NAME "134217724\t0\t\t0\n"},
		{OLD_HEADER, 1024, 1000, OLD_HEADER NAME "1024\t24\t0\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GString) text = g_string_new(NULL);
		LxSwapNumbers swap = {
			.total_bytes = rows[i].total_kib * 1024 + 1023,
			.free_bytes = rows[i].free_kib * 1024,
		};
		LxSwaps host;

		unit_ok(lx_swaps_parse(lx_slice(rows[i].header), "proc/swaps", &host, &error),
			error);
		lx_swaps_render(&host, &swap, text);
		ck_assert_str_eq(text->str, rows[i].text);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_line_is_the_kernel_s_at_any_width,
		NULL,
	};

	return unit_suite_new("render/swaps", tests);
}
