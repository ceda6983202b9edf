/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include <errno.h>

#include "identity/cgroupns.h"

static const LxCgroupnsWay captured = {-1, -1};

/* On a captured host; entering a live namespace takes root, so tests/integration has that. */
START_TEST(the_roots_of_its_mounts_are_the_namespaces_root)
{
	static const struct {
		const char *cgroup, *mountinfo, *expected;
	} rows[] = {
		{"/box/app", "/box", "/box /box"},
		{"/box", "/box", "/box /box"},
		{"/box/app", "/", "/ /"},
		{"/box/app", "garbage", "/box/app /box/app"},
		{"/box/app", NULL, "/box/app /box/app"},
		{"2:memory:/a/b\n1:cpu:/c\n", "30 20 0:30 /a /m ro - cgroup cgroup rw,memory\n",
			"/a /c"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		tasks_autohost host = tasks_host_new();
		g_auto(LxTask) task = LX_TASK_NONE;
		g_auto(LxMembership) root = {0};
		g_autoptr(GError) error = NULL;
		g_autofree char *got = NULL;

		tasks_add(&host, &(TasksTask){.tid = 12,
					 .cgroup = rows[i].cgroup,
					 .mountinfo = rows[i].mountinfo});
		unit_ok(lx_task_open(host.root, 12, &task, &error), error);
		unit_ok(lx_cgroupns_root(&task, host.layout, &captured, &root, &error), error);
		got = g_strconcat(root.paths[0], " ", root.paths[1], NULL);
		ck_assert_str_eq(got, rows[i].expected);
	}
}
END_TEST

START_TEST(a_task_outside_the_root_cannot_tell_it)
{
	static const char *const rows[] = {"/boxer", "/elsewhere", "/"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		tasks_autohost host = tasks_host_new();
		g_auto(LxTask) task = LX_TASK_NONE;
		g_auto(LxMembership) root = {0};
		g_autoptr(GError) error = NULL;

		tasks_add(&host, &(TasksTask){.tid = 12, .cgroup = rows[i], .mountinfo = "/box"});
		unit_ok(lx_task_open(host.root, 12, &task, &error), error);
		unit_fails(lx_cgroupns_root(&task, host.layout, &captured, &root, &error), error,
			EXDEV, "/proc/12/cgroup");
	}
}
END_TEST

START_TEST(a_task_that_has_gone_has_no_root)
{
	tasks_autohost host = tasks_host_new();
	g_auto(LxTask) task = LX_TASK_NONE;
	g_auto(LxMembership) root = {0};
	g_autoptr(GError) error = NULL;

	tasks_add(&host, &(TasksTask){.tid = 12});
	unit_ok(lx_task_open(host.root, 12, &task, &error), error);
	tasks_remove(&host, 12);
	unit_fails(lx_cgroupns_root(&task, host.layout, &captured, &root, &error), error, ESRCH,
		"task 12");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_roots_of_its_mounts_are_the_namespaces_root,
		a_task_outside_the_root_cannot_tell_it,
		a_task_that_has_gone_has_no_root,
		NULL,
	};

	return unit_suite_new("identity/cgroupns", tests);
}
