/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include "identity/init.h"

/* The init of the container at /box, one of whose tasks is `member`: "12 21" or "0 0". */
static void expect(const TasksHost *host, pid_t member, const char *expected)
{
	LxMembership at = {.paths = {(char *)"/box", (char *)"/box"}};
	g_autoptr(LxCgroup) cgroup = lx_cgroup_new(host->levels, host->layout, &at, NULL);
	g_auto(LxTask) task = LX_TASK_NONE;
	g_auto(LxInit) init = LX_INIT_NONE;
	g_autofree char *got = NULL;
	LxNamespaces namespaces;

	ck_assert_ptr_nonnull(cgroup);
	lx_namespaces_init(&namespaces, host->root);
	ck_assert(lx_task_open(host->root, member, &task, NULL));
	lx_init_find(&namespaces, host->layout, cgroup, &task, &init);
	got = g_strdup_printf("%d %u", (int)init.task.tid, (unsigned)init.pid_namespace);
	ck_assert_str_eq(got, expected);
}

START_TEST(the_members_pid_namespace_has_it_if_it_lies_in_the_container)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/box/x", .pidns = 21, .pids = "12\t1", .start_ticks = 50},
		{.tid = 13, .cgroup = "/box", .pidns = 21, .pids = "13\t2", .start_ticks = 40},
		{.tid = 14, .cgroup = "/boxer", .pidns = 22, .pids = "14\t1", .start_ticks = 10},
		{.tid = 15, .cgroup = "/box", .pidns = 22, .pids = "15\t9", .start_ticks = 60},
	};
	tasks_autohost host = tasks_host_new();

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box", "15\n13\n");
	tasks_add_cgroup(&host, "/box/x", "12\n");
	expect(&host, 13, "12 21");
	expect(&host, 15, "13 21");
}
END_TEST

START_TEST(makers_of_a_pid_namespace_are_not_the_init)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/box", .start_ticks = 10},
		{.tid = 13, .parent = 12, .cgroup = "/box", .start_ticks = 11},
		{.tid = 14,
			.parent = 13,
			.cgroup = "/box",
			.pidns = 21,
			.pids = "14\t1",
			.start_ticks = 12},
		{.tid = 15,
			.parent = 14,
			.cgroup = "/box",
			.pidns = 22,
			.pids = "15\t5\t1",
			.start_ticks = 13},
	};
	tasks_autohost host = tasks_host_new();

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box", "12\n13\n14\n15\n");
	expect(&host, 12, "14 21");
	expect(&host, 13, "14 21");
}
END_TEST

START_TEST(a_sandbox_beside_other_processes_is_not_the_init)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/box", .start_ticks = 10},
		{.tid = 13, .parent = 12, .cgroup = "/box", .start_ticks = 11},
		{.tid = 14,
			.parent = 12,
			.cgroup = "/box",
			.pidns = 21,
			.pids = "14\t1",
			.start_ticks = 12},
	};
	tasks_autohost host = tasks_host_new();

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box", "12\n13\n14\n");
	expect(&host, 13, "12 0");
}
END_TEST

START_TEST(of_the_same_age_the_smaller_number_and_never_the_dead)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/box", .start_ticks = 5, .state = 'Z'},
		{.tid = 13, .cgroup = "/box", .start_ticks = 5, .state = 'X'},
		{.tid = 15, .cgroup = "/box", .start_ticks = 9},
		{.tid = 14, .cgroup = "/box", .start_ticks = 9},
	};
	tasks_autohost host = tasks_host_new();

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box", "12\n13\n15\n14\n");
	expect(&host, 15, "14 0");
}
END_TEST

START_TEST(without_a_list_it_is_the_members_own_process)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/box"},
		{.tid = 13, .group = 12, .cgroup = "/box"},
		{.tid = 14, .group = 99, .cgroup = "/box"},
		{.tid = 15, .cgroup = "/elsewhere"},
	};
	tasks_autohost host = tasks_host_new();

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box", "99\n15\n");
	expect(&host, 13, "12 0");
	expect(&host, 14, "0 0");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_members_pid_namespace_has_it_if_it_lies_in_the_container,
		makers_of_a_pid_namespace_are_not_the_init,
		a_sandbox_beside_other_processes_is_not_the_init,
		of_the_same_age_the_smaller_number_and_never_the_dead,
		without_a_list_it_is_the_members_own_process,
		NULL,
	};

	return unit_suite_new("identity/init", tests);
}
