/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/process.h"

#include <errno.h>
#include <unistd.h>

#define TAIL " 1 7 7 0 -1 4194560 10 20 0 0 3 4 0 0 20 0 1 0 "

START_TEST(fields_begin_behind_the_last_parenthesis)
{
	static const struct {
		const char *text;
		LxProcess expected;
	} rows[] = {
		{"7 (sh) S" TAIL "12345 2 3 4\n", {7, 'S', 1, false, 12345}},
		{"7 (sh) S" TAIL "12345", {7, 'S', 1, false, 12345}},
		{"7 () Z" TAIL "0\n", {7, 'Z', 1, true, 0}},
		{"7 (a) S 9 (b)) R" TAIL "5\n", {7, 'R', 1, false, 5}},
		{"7 (a\nb) D" TAIL "5\n", {7, 'D', 1, false, 5}},
		{"7 (sh) R 1 7 7 0 -1 4194564 10 20 0 0 3 4 0 0 20 0 1 0 5", {7, 'R', 1, true, 5}},
		{"2147483647 (x y) t" TAIL "99999999999999999999999\n",
			{2147483647, 't', 1, false, UINT64_MAX}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxProcess got = {0};

		unit_ok(lx_process_parse(lx_slice(rows[i].text), "proc/7/stat", &got, &error),
			error);
		ck_assert_int_eq(got.pid, rows[i].expected.pid);
		ck_assert_int_eq(got.state, rows[i].expected.state);
		ck_assert_int_eq(got.parent, rows[i].expected.parent);
		ck_assert_int_eq(got.exiting, rows[i].expected.exiting);
		ck_assert_uint_eq(got.start_ticks, rows[i].expected.start_ticks);
	}
}
END_TEST

START_TEST(a_stat_that_is_none_is_refused_and_leaves_the_result_alone)
{
	static const char *const rows[] = {
		"",
		"\n",
		"7",
		"7 (sh",
		"7 (sh)",
		"7 (sh) ",
		"7 (sh) SS" TAIL "1",
		"x (sh) S" TAIL "1",
		"7 (sh) S" TAIL,
		"7 (sh) S" TAIL "x",
		"7 (sh) S -1 7 7 0 -1 4194560 10 20 0 0 3 4 0 0 20 0 1 0 1",
		"99999999999 (sh) S" TAIL "1",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxProcess got = {.pid = 42};

		unit_fails(lx_process_parse(lx_slice(rows[i]), "proc/7/stat", &got, &error), error,
			EINVAL, "proc/7/stat");
		ck_assert_int_eq(got.pid, 42);
	}
}
END_TEST

START_TEST(the_innermost_pid_is_the_last)
{
	static const struct {
		const char *text;
		LxProcessNumbers expected;
	} rows[] = {
		{"Name:\tsh\nTgid:\t9\nPid:\t12\nNSpid:\t12\t5\t1\n", {12, 9, 1}},
		{"Tgid:\t9\nPid:\t9\nNSpid:\t9", {9, 9, 9}},
		{"Tgid:\t9\nPid:\t9\n", {9, 9, 9}},
		{"Name:\tTgid: x\nNew:\t?\nnonsense\n\nTgid:\t9\nPid:\t9\nNSpid:\t9\t2 \n",
			{9, 9, 2}},
		{"Tgid:\t9\nTgid:\t8\nPid:\t9\nPid:\t7\nNSpid:\t9\t1\nNSpid:\t9\t3\n", {9, 9, 1}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxProcessNumbers got = {0};

		unit_ok(lx_process_parse_numbers(
				lx_slice(rows[i].text), "proc/9/status", &got, &error),
			error);
		ck_assert_int_eq(got.pid, rows[i].expected.pid);
		ck_assert_int_eq(got.group, rows[i].expected.group);
		ck_assert_int_eq(got.namespace_pid, rows[i].expected.namespace_pid);
	}
}
END_TEST

START_TEST(a_status_without_numbers_is_refused_with_its_line)
{
	static const struct {
		const char *text, *word;
	} rows[] = {
		{"", "no Pid"},
		{"Pid:\t9\n", "no Tgid"},
		{"Tgid:\t9\nPid:\t9\nNSpid:\n", "line 3"},
		{"Tgid:\t9\nPid:\tx\n", "line 2"},
		{"Tgid:\t99999999999\n", "line 1"},
		{"Tgid:\t9\nPid:\t9\nNSpid:\t9\tx\n", "line 3"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxProcessNumbers got;

		unit_fails(lx_process_parse_numbers(
				   lx_slice(rows[i].text), "proc/9/status", &got, &error),
			error, EINVAL, rows[i].word);
	}
}
END_TEST

START_TEST(time_offsets_are_signed_and_saturate)
{
	static const struct {
		const char *text;
		int64_t expected;
	} rows[] = {
		{"monotonic           0         0\nboottime            0         0\n", 0},
		{"monotonic 5 0\nboottime 86400 500000000\n", 86400500000000},
		{"boottime  -10 250000000", -9750000000},
		{"boottime 99999999999999999999 0\n", INT64_MAX},
		{"boottime -99999999999999999999 0\n", INT64_MIN},
		{"boottime 1 0\nboottime 2 0\n", 1000000000},
		{"monotonic 5 0\n", 0},
		{"garbage\n\n", 0},
		{"", 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		int64_t got = 42;

		unit_ok(lx_process_parse_boottime_offset(
				lx_slice(rows[i].text), "timens_offsets", &got, &error),
			error);
		ck_assert_int_eq(got, rows[i].expected);
	}
}
END_TEST

START_TEST(a_time_offset_that_is_no_number_is_refused)
{
	static const char *const rows[] = {"boottime\n", "boottime 1\n", "boottime x 0\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		int64_t got;

		unit_fails(lx_process_parse_boottime_offset(
				   lx_slice(rows[i]), "timens_offsets", &got, &error),
			error, EINVAL, "timens_offsets, line 1");
	}
}
END_TEST

static const char *const scene[] = {
	"proc/7/stat",
	"7 (sh) S" TAIL "250\n",
	"proc/7/status",
	"Tgid:\t7\nPid:\t7\nNSpid:\t7\t1\n",
	"proc/7/timens_offsets",
	"boottime 60 0\n",
	"proc/8/stat",
	"garbage\n",
	NULL,
};

START_TEST(a_task_is_read_from_its_folder)
{
	unit_autofolder folder = unit_folder_new(scene);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(GError) error = NULL;
	LxProcess process;
	pid_t pid;
	int64_t offset;

	unit_ok(lx_process_read(root, 7, &process, &error), error);
	ck_assert_uint_eq(process.start_ticks, 250);
	unit_ok(lx_process_namespace_pid(root, 7, &pid, &error), error);
	ck_assert_int_eq(pid, 1);
	unit_ok(lx_process_boottime_offset_nsec(root, 7, &offset, &error), error);
	ck_assert_int_eq(offset, 60000000000);
}
END_TEST

START_TEST(an_offset_for_children_only_is_not_the_tasks_own)
{
	unit_autofolder folder = unit_folder_new(scene);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autofree char *namespaces = g_build_filename(folder, "proc/7/ns", NULL);
	g_autofree char *own = g_build_filename(namespaces, "time", NULL);
	g_autofree char *children = g_build_filename(namespaces, "time_for_children", NULL);
	g_autoptr(GError) error = NULL;
	int64_t offset;

	ck_assert_int_eq(g_mkdir_with_parents(namespaces, 0755), 0);
	ck_assert_int_eq(symlink("time:[1]", own), 0);
	ck_assert_int_eq(symlink("time:[2]", children), 0);
	unit_ok(lx_process_boottime_offset_nsec(root, 7, &offset, &error), error);
	ck_assert_int_eq(offset, 0);
}
END_TEST

START_TEST(what_is_missing_is_no_such_task_or_no_offset)
{
	unit_autofolder folder = unit_folder_new(scene);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(GError) error = NULL;
	LxProcess process;
	pid_t pid;
	int64_t offset;

	unit_fails(lx_process_read(root, 9, &process, &error), error, ESRCH, "task 9");
	unit_fails(lx_process_read(root, 8, &process, &error), error, EINVAL, "proc/8/stat");
	unit_fails(lx_process_namespace_pid(root, 9, &pid, &error), error, ESRCH, "task 9");
	unit_fails(
		lx_process_boottime_offset_nsec(root, 9, &offset, &error), error, ESRCH, "task 9");
	unit_ok(lx_process_boottime_offset_nsec(root, 8, &offset, &error), error);
	ck_assert_int_eq(offset, 0);
}
END_TEST

START_TEST(ticks_become_nanoseconds_and_saturate)
{
	uint64_t per_second = (uint64_t)sysconf(_SC_CLK_TCK);

	ck_assert_uint_eq(lx_process_ticks_nsec(0), 0);
	ck_assert_uint_eq(lx_process_ticks_nsec(per_second), 1000000000);
	ck_assert_uint_eq(lx_process_ticks_nsec(UINT64_MAX), UINT64_MAX);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		fields_begin_behind_the_last_parenthesis,
		a_stat_that_is_none_is_refused_and_leaves_the_result_alone,
		the_innermost_pid_is_the_last,
		a_status_without_numbers_is_refused_with_its_line,
		time_offsets_are_signed_and_saturate,
		a_time_offset_that_is_no_number_is_refused,
		a_task_is_read_from_its_folder,
		an_offset_for_children_only_is_not_the_tasks_own,
		what_is_missing_is_no_such_task_or_no_offset,
		ticks_become_nanoseconds_and_saturate,
		NULL,
	};

	return unit_suite_new("host/process", tests);
}
