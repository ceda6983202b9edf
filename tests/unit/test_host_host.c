/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/host.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

START_TEST(what_is_read_once_stays_as_it_was)
{
	static const char *const files[] = {"proc/vmstat", "pgfault 1\n", NULL};
	g_autoptr(GError) error = NULL;
	unit_autofolder folder = unit_folder_new(files);
	g_autofree char *path = g_build_filename(folder, "proc/vmstat", NULL);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);
	const LxText *text = lx_host_read_once(host, LX_HOST_VMSTAT, &error);
	g_auto(LxText) now = {0};
	FILE *file;

	unit_ok(text != NULL, error);
	file = fopen(path, "w");
	fputs("pgfault 2\n", file);
	fclose(file);
	ck_assert_ptr_eq(lx_host_read_once(host, LX_HOST_VMSTAT, &error), text);
	ck_assert_str_eq(text->bytes, "pgfault 1\n");
	unit_ok(lx_host_read(host, LX_HOST_VMSTAT, &now, &error), error);
	ck_assert_str_eq(now.bytes, "pgfault 2\n");
}
END_TEST

/* By one of many lines two threads would cut each other's: it is opened for each reading. */
START_TEST(only_a_file_of_one_record_is_kept_open)
{
	static const char *const files[] = {
		"proc/cpuinfo", "old\n", "proc/meminfo", "old\n", "new", "new\n", NULL};
	static const struct {
		LxHostFile file;
		const char *expected;
	} rows[] = {{LX_HOST_CPUINFO, "new\n"}, {LX_HOST_MEMINFO, "old\n"}};
	unit_autofolder folder = unit_folder_new(files);
	g_autofree char *fresh = g_build_filename(folder, "new", NULL);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_build_filename(folder, lx_host_path(rows[i].file), NULL);
		g_autoptr(GError) error = NULL;
		g_auto(LxText) text = {0};

		unit_ok(lx_host_read(host, rows[i].file, &text, &error), error);
		ck_assert_str_eq(text.bytes, "old\n");
		ck_assert_int_eq(unlink(path), 0);
		ck_assert_int_eq(link(fresh, path), 0);
		unit_ok(lx_host_read(host, rows[i].file, &text, &error), error);
		ck_assert_str_eq(text.bytes, rows[i].expected);
	}
}
END_TEST

START_TEST(what_cannot_be_read_is_tried_again)
{
	g_autoptr(GError) error = NULL;
	unit_autofolder folder = unit_folder_new(NULL);
	g_autofree char *proc = g_build_filename(folder, "proc", NULL);
	g_autofree char *path = g_build_filename(proc, "swaps", NULL);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);

	unit_fails(lx_host_read_once(host, LX_HOST_SWAPS, &error) != NULL, error, ENOENT,
		"proc/swaps");
	ck_assert_int_eq(g_mkdir_with_parents(proc, 0755), 0);
	ck_assert(g_file_set_contents(path, "Filename\n", -1, NULL));
	unit_ok(lx_host_read_once(host, LX_HOST_SWAPS, &error) != NULL, error);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		what_is_read_once_stays_as_it_was,
		only_a_file_of_one_record_is_kept_open,
		what_cannot_be_read_is_tried_again,
		NULL,
	};

	return unit_suite_new("host/host", tests);
}
