/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/vmstat.h"

#include <errno.h>

static const char *const names[] = {
#define ITEM_NAME(symbol, name) name,
	LX_VMSTAT_ITEMS(ITEM_NAME)
#undef ITEM_NAME
};

START_TEST(the_table_is_sorted_as_bisection_needs_it)
{
	for (size_t i = 1; i < G_N_ELEMENTS(names); i++)
		ck_assert_msg(
			strcmp(names[i - 1], names[i]) < 0, "%s before %s", names[i - 1], names[i]);
}
END_TEST

START_TEST(every_name_of_the_table_is_found)
{
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *text = g_strconcat(names[i], " 1\n", NULL);
		LxVmstat facts;

		lx_vmstat_parse(lx_slice(text), &facts);
		ck_assert_uint_eq(facts.n_lines, 1);
		ck_assert_int_eq(facts.lines[0].item, (int)i);
	}
}
END_TEST

START_TEST(lines_are_kept_in_order_and_what_is_no_line_is_passed_over)
{
	static const struct {
		const char *text;
		unsigned n_lines;
		int first;
	} rows[] = {
		{"", 0, 0},
		{"pgfault 1\nnr_unheard_of 2\n", 2, LX_VMSTAT_PGFAULT},
		{"pgfault 1", 1, LX_VMSTAT_PGFAULT},
		{"pgfault 99999999999999999999999\n", 1, LX_VMSTAT_PGFAULT},
		{"pgfault x\n\npgfault\npgfault -1\n", 0, 0},
		{"pgfaults 1\n", 1, LX_VMSTAT_UNKNOWN},
		{"pgfaul 1\n", 1, LX_VMSTAT_UNKNOWN},
		{"pgfault 1\npgfault 2\n", 2, LX_VMSTAT_PGFAULT},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxVmstat facts;

		lx_vmstat_parse(lx_slice(rows[i].text), &facts);
		ck_assert_msg(facts.n_lines == rows[i].n_lines, "\"%s\"", rows[i].text);
		if (facts.n_lines > 0)
			ck_assert_int_eq(facts.lines[0].item, rows[i].first);
	}
}
END_TEST

START_TEST(lines_beyond_the_room_are_passed_over)
{
	g_autoptr(GString) text = g_string_new(NULL);
	LxVmstat facts;

	for (unsigned i = 0; i < LX_VMSTAT_LINES_MAX + 10; i++)
		g_string_append_printf(text, "line_%u 1\n", i);
	lx_vmstat_parse(lx_slice(text->str), &facts);
	ck_assert_uint_eq(facts.n_lines, LX_VMSTAT_LINES_MAX);
}
END_TEST

START_TEST(the_hosts_lines_are_parsed_once)
{
	static const char *const files[] = {"proc/vmstat", "pgfault 1\nnr_unheard_of 2\n", NULL};
	g_autoptr(GError) error = NULL;
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);
	g_autoptr(LxVmstat) first = lx_vmstat_lines(host, &error);
	g_autoptr(LxVmstat) second = lx_vmstat_lines(host, &error);

	unit_ok(first != NULL, error);
	ck_assert_ptr_eq(first, second);
	ck_assert_uint_eq(first->n_lines, 2);
	ck_assert_int_eq(first->lines[0].item, LX_VMSTAT_PGFAULT);
}
END_TEST

START_TEST(a_host_without_them_is_an_error)
{
	g_autoptr(GError) error = NULL;
	unit_autofolder folder = unit_folder_new(NULL);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);

	unit_fails(lx_vmstat_lines(host, &error) != NULL, error, ENOENT, "proc/vmstat");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_table_is_sorted_as_bisection_needs_it,
		every_name_of_the_table_is_found,
		lines_are_kept_in_order_and_what_is_no_line_is_passed_over,
		lines_beyond_the_room_are_passed_over,
		the_hosts_lines_are_parsed_once,
		a_host_without_them_is_an_error,
		NULL,
	};

	return unit_suite_new("host/vmstat", tests);
}
