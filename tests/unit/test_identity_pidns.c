/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "identity/pidns.h"

START_TEST(init_is_who_is_number_one_in_that_very_namespace)
{
	static const TasksTask tasks[] = {
		{.tid = 11, .pidns = 22, .pids = "11\t1"},
		{.tid = 12, .pidns = 21, .pids = "12\t2"},
		{.tid = 13, .pidns = 21, .pids = "13\t1"},
		{.tid = 14, .pidns = 23, .pids = "14\t7\t1"},
	};
	tasks_autohost host = tasks_host_new();
	g_auto(LxTask) init = LX_TASK_NONE;
	g_autoptr(GError) error = NULL;
	LxNamespaces namespaces;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	lx_namespaces_init(&namespaces, host.root);
	unit_ok(lx_pidns_init(&namespaces, -1, 21, &init, &error), error);
	ck_assert_int_eq(init.tid, 13);
	lx_task_clear(&init);
	unit_ok(lx_pidns_init(&namespaces, -1, 23, &init, &error), error);
	ck_assert_int_eq(init.tid, 14);
	lx_task_clear(&init);
	unit_fails(lx_pidns_init(&namespaces, -1, 24, &init, &error), error, ESRCH, "namespace 24");
}
END_TEST

START_TEST(a_captured_namespace_has_no_parent_and_no_inode)
{
	ck_assert_int_lt(lx_pidns_parent(-1), 0);
	ck_assert_uint_eq(lx_pidns_inode(-1), 0);
}
END_TEST

/* Ours: init is whoever is number 1 in this /proc. */
START_TEST(the_kernel_names_the_init_of_a_live_namespace)
{
	g_autoptr(LxSysroot) root = lx_sysroot_new("/", NULL);
	g_auto(LxFd) fd = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	g_auto(LxTask) init = LX_TASK_NONE;
	g_autoptr(GError) error = NULL;
	LxNamespaces namespaces;

	lx_namespaces_init(&namespaces, root);
	ck_assert_uint_ne(lx_pidns_inode(fd), 0);
	unit_ok(lx_pidns_init(&namespaces, fd, lx_pidns_inode(fd), &init, &error), error);
	ck_assert_int_eq(init.tid, 1);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		init_is_who_is_number_one_in_that_very_namespace,
		a_captured_namespace_has_no_parent_and_no_inode,
		the_kernel_names_the_init_of_a_live_namespace,
		NULL,
	};

	return unit_suite_new("identity/pidns", tests);
}
