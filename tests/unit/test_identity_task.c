/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include <errno.h>
#include <poll.h>
#include <sys/wait.h>

#include "identity/task.h"

START_TEST(a_tasks_files_are_read_through_its_folder)
{
	tasks_autohost host = tasks_host_new();
	g_auto(LxTask) task = LX_TASK_NONE;
	g_auto(LxMembership) at = {0};
	g_autoptr(GError) error = NULL;
	LxProcessNumbers numbers;
	LxProcess process;

	tasks_add(&host, &(TasksTask){.tid = 12, .group = 11, .cgroup = "/box", .pids = "12\t3"});
	unit_ok(lx_task_open(host.root, 12, &task, &error), error);
	unit_ok(lx_task_membership(&task, host.layout, &at, &error), error);
	ck_assert_str_eq(at.paths[0], "/box");
	unit_ok(lx_task_process(&task, &process, &error), error);
	ck_assert_int_eq(process.pid, 12);
	unit_ok(lx_task_numbers(&task, &numbers, &error), error);
	ck_assert_int_eq(numbers.group, 11);
	ck_assert_int_eq(numbers.namespace_pid, 3);
	unit_ok(lx_task_find_membership(host.root, 12, host.layout, &at, &error), error);
	ck_assert_str_eq(at.paths[1], "/box");
}
END_TEST

START_TEST(a_task_that_has_gone_answers_nothing_even_if_its_number_is_in_use_again)
{
	tasks_autohost host = tasks_host_new();
	g_auto(LxTask) task = LX_TASK_NONE;
	g_auto(LxMembership) at = {0};
	g_autoptr(GError) error = NULL;

	tasks_add(&host, &(TasksTask){.tid = 12, .cgroup = "/box"});
	unit_ok(lx_task_open(host.root, 12, &task, &error), error);
	tasks_remove(&host, 12);
	tasks_add(&host, &(TasksTask){.tid = 12, .cgroup = "/other"});
	ck_assert(!lx_task_exists(&task));
	unit_fails(lx_task_membership(&task, host.layout, &at, &error), error, ESRCH, "task 12");
}
END_TEST

START_TEST(no_number_without_a_task_can_be_opened)
{
	static const pid_t rows[] = {0, -1, 99};
	tasks_autohost host = tasks_host_new();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(LxTask) task = LX_TASK_NONE;
		g_auto(LxMembership) at = {0};
		g_autoptr(GError) error = NULL;

		unit_fails(lx_task_open(host.root, rows[i], &task, &error), error, ESRCH,
			"there is none");
		unit_fails(lx_task_find_membership(host.root, rows[i], host.layout, &at, &error),
			error, ESRCH, "there is none");
	}
}
END_TEST

START_TEST(the_end_of_a_process_can_be_seen)
{
	g_autoptr(LxSysroot) root = lx_sysroot_new("/", NULL);
	g_auto(LxTask) task = LX_TASK_NONE;
	g_auto(LxFd) watched = -1;
	struct pollfd poller = {.events = POLLIN};
	int gate[2];
	pid_t child;
	char end;

	ck_assert_int_eq(pipe(gate), 0);
	child = fork();
	if (child == 0) {
		close(gate[1]);
		_exit(read(gate[0], &end, 1) < 0);
	}
	ck_assert(lx_task_open(root, child, &task, NULL));
	watched = poller.fd = lx_task_watch(&task);
	ck_assert_int_ge(watched, 0);
	ck_assert_int_eq(poll(&poller, 1, 0), 0);
	close(gate[1]);
	ck_assert_int_eq(poll(&poller, 1, 30000), 1);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_lt(lx_task_watch(&task), 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_tasks_files_are_read_through_its_folder,
		a_task_that_has_gone_answers_nothing_even_if_its_number_is_in_use_again,
		no_number_without_a_task_can_be_opened,
		the_end_of_a_process_can_be_seen,
		NULL,
	};

	return unit_suite_new("identity/task", tests);
}
