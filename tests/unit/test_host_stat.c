/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/stat.h"

#include <errno.h>
#include <stdio.h>

static char *told(const LxStatShape *shape)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < shape->n_lines; i++)
		g_string_append_printf(text, "%s%s:%d:%u", i ? " " : "", shape->lines[i].name,
			(int)shape->lines[i].kind, shape->lines[i].n_values);
	return g_string_free(text, FALSE);
}

START_TEST(lines_are_kept_in_order_with_their_number_of_values)
{
	static const struct {
		const char *text, *shape;
	} rows[] = {
		{"cpu  3947 0 2887 357800 613 0 60 42 0 0\n"
		 "cpu0 1354 0 1094 180071 15 0 9 17 0 0\n"
		 "cpu17 1354 0 1094 180071 15 0 9 17 0 0\n"
		 "intr 208193 0 7 0 9\nctxt 521237\nbtime 1795322152\nprocesses 9457\n"
		 "procs_running 2\nprocs_blocked 0\nsoftirq 5 0 1 2\n",
			"cpu:0:10 intr:6:5 ctxt:1:1 btime:2:1 processes:3:1 procs_running:4:1 "
			"procs_blocked:5:1 softirq:6:4"},
		{"cpu 1 2 3 4", "cpu:0:4"},
		{"cpu\n", "cpu:0:0"},
		/* duplicates, unknown ones, empty lines, too long a name */
		{"ctxt 1\n\ncpu 1\nctxt 2\ncpu 1 2\nnew 1 x\nnew\ncpufreq 1\n"
		 "abcdefghijklmnopqrstuvwxyz0123456789 1\n",
			"ctxt:1:1 cpu:0:1 new:6:2 new:6:0 cpufreq:6:1"},
		{"cpu 99999999999999999999999\n", "cpu:0:1"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(LxStatShape) shape = {0};
		g_autofree char *text = NULL;

		unit_ok(lx_stat_parse(lx_slice(rows[i].text), "proc/stat", &shape, &error), error);
		text = told(&shape);
		ck_assert_str_eq(text, rows[i].shape);
	}
}
END_TEST

START_TEST(what_makes_no_sense_is_refused_with_its_line)
{
	static const struct {
		const char *text, *word;
	} rows[] = {
		{"", "no line \"cpu\""},
		{"ctxt 1\n", "no line \"cpu\""},
		{"cpu0 1\n", "no line \"cpu\""},
		{"ctxt 1\ncpu 1 -2\n", "proc/stat, line 2: "},
		{"cpu 1\nbtime yesterday\n", "proc/stat, line 2: "},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxStatShape shape = {0};

		unit_fails(lx_stat_parse(lx_slice(rows[i].text), "proc/stat", &shape, &error),
			error, EINVAL, rows[i].word);
		ck_assert_ptr_null(shape.lines);
	}
}
END_TEST

static unsigned n_lines(LxHost *host, uint64_t now_nsec)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxStatShape) shape = lx_stat_shape(host, now_nsec, &error);

	ck_assert_msg(shape != NULL, "%s", error ? error->message : "");
	return shape->n_lines;
}

START_TEST(the_shape_is_looked_at_again_after_five_seconds)
{
	static const char *const files[] = {"proc/stat", "cpu 1\n", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autofree char *path = g_build_filename(folder, "proc/stat", NULL);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);
	FILE *file;

	ck_assert_uint_eq(n_lines(host, 100), 1);
	file = fopen(path, "w");
	fputs("cpu 1\nctxt 1\n", file);
	fclose(file);
	ck_assert_uint_eq(n_lines(host, 5000000099), 1);
	ck_assert_uint_eq(n_lines(host, 5000000100), 2);
}
END_TEST

START_TEST(a_host_without_the_file_has_no_shape)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);
	g_autoptr(GError) error = NULL;

	unit_fails(lx_stat_shape(host, 100, &error) != NULL, error, ENOENT, "proc/stat");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		lines_are_kept_in_order_with_their_number_of_values,
		what_makes_no_sense_is_refused_with_its_line,
		the_shape_is_looked_at_again_after_five_seconds,
		a_host_without_the_file_has_no_shape,
		NULL,
	};

	return unit_suite_new("host/stat", tests);
}
