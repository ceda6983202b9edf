/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/vmstat.h"
#include "render/vmstat.h"

START_TEST(the_host_s_lines_carry_the_container_s_numbers)
{
	g_autoptr(GString) text = g_string_new(NULL);
	LxVmstatNumbers numbers = {0};
	LxVmstat host;

	numbers.values[LX_VMSTAT_PGFAULT] = UINT64_MAX;
	numbers.values[LX_VMSTAT_PGPGIN] = 12;
	lx_vmstat_parse(lx_slice("nr_free_pages 1060181\npgpgin 1822385\npgfault 2561323\n"
				 "nr_unstable 0\n"),
		&host);
	lx_vmstat_render(&host, &numbers, text);
	ck_assert_str_eq(text->str, "nr_free_pages 0\npgpgin 12\npgfault 18446744073709551615\n"
				    "nr_unstable 0\n");
}
END_TEST

START_TEST(no_line_gives_no_text)
{
	g_autoptr(GString) text = g_string_new(NULL);
	LxVmstatNumbers numbers = {0};
	LxVmstat host = {.n_lines = 0};

	lx_vmstat_render(&host, &numbers, text);
	ck_assert_str_eq(text->str, "");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_host_s_lines_carry_the_container_s_numbers,
		no_line_gives_no_text,
		NULL,
	};

	return unit_suite_new("render/vmstat", tests);
}
