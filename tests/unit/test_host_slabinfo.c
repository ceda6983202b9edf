/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/slabinfo.h"

#include <errno.h>

#define VERSION "slabinfo - version: 2.1"
#define COLUMNS "# name            <active_objs> <num_objs>"

START_TEST(the_header_ends_before_the_first_cache)
{
	static const struct {
		const char *text, *header;
	} rows[] = {
		{VERSION "\n" COLUMNS "\nkmalloc-8 1 2\n# no header\n", VERSION "\n" COLUMNS},
		{VERSION "\n" COLUMNS "\n", VERSION "\n" COLUMNS},
		{VERSION "\n" COLUMNS, VERSION "\n" COLUMNS},
		{VERSION "\n", VERSION},
		{VERSION "\n\n" COLUMNS "\n", VERSION},
		{VERSION " (statistics)\n# a\n# b\nkmalloc-8", VERSION " (statistics)\n# a\n# b"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxSlice header;

		unit_ok(lx_slabinfo_parse_header(
				lx_slice(rows[i].text), "proc/slabinfo", &header, &error),
			error);
		ck_assert_msg(lx_slice_equal(header, rows[i].header), "\"%s\"", rows[i].text);
	}
}
END_TEST

START_TEST(a_text_without_a_version_is_refused)
{
	static const char *const rows[] = {"", "\n", COLUMNS "\n", "kmalloc-8 1 2\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxSlice header;

		unit_fails(lx_slabinfo_parse_header(
				   lx_slice(rows[i]), "proc/slabinfo", &header, &error),
			error, EINVAL, "proc/slabinfo, line 1");
	}
}
END_TEST

START_TEST(only_the_start_of_the_host_s_file_is_read)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *caches = g_strnfill(10000, 'x');
	g_autofree char *content = g_strconcat(VERSION "\n" COLUMNS "\n", caches, NULL);
	const char *const files[] = {"proc/slabinfo", content, NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);
	g_auto(LxText) start = {0};

	unit_ok(lx_slabinfo_read_start(host, &start, &error), error);
	ck_assert_uint_eq(start.length, 1024);
	ck_assert(g_str_has_prefix(start.bytes, VERSION "\n" COLUMNS "\nxxx"));
}
END_TEST

START_TEST(a_kernel_without_the_file_is_an_error_that_names_it)
{
	g_autoptr(GError) error = NULL;
	unit_autofolder folder = unit_folder_new(NULL);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);
	g_auto(LxText) start = {0};

	unit_fails(lx_slabinfo_read_start(host, &start, &error), error, ENOENT, "proc/slabinfo");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_header_ends_before_the_first_cache,
		a_text_without_a_version_is_refused,
		only_the_start_of_the_host_s_file_is_read,
		a_kernel_without_the_file_is_an_error_that_names_it,
		NULL,
	};

	return unit_suite_new("host/slabinfo", tests);
}
