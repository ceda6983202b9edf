/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include <errno.h>
#include <sys/stat.h>

#include "identity/namespaces.h"

static LxNamespaceName pid(uint64_t inode)
{
	return (LxNamespaceName){LX_NAMESPACE_PID, inode};
}

START_TEST(a_captured_link_says_the_number)
{
	tasks_autohost host = tasks_host_new();
	LxNamespaces namespaces;
	uint64_t inode = 0;

	tasks_add(&host, &(TasksTask){.tid = 12, .cgroupns = 11, .pidns = 21});
	lx_namespaces_init(&namespaces, host.root);
	ck_assert(lx_namespaces_find(&namespaces, 12, LX_NAMESPACE_CGROUP, &inode, NULL));
	ck_assert_uint_eq(inode, 11);
	ck_assert(lx_namespaces_find(&namespaces, 12, LX_NAMESPACE_PID, &inode, NULL));
	ck_assert_uint_eq(inode, 21);
	ck_assert(lx_namespaces_find(&namespaces, 1, LX_NAMESPACE_PID, &inode, NULL));
	ck_assert(lx_namespaces_is_host(&namespaces, LX_NAMESPACE_PID, inode));
}
END_TEST

START_TEST(links_that_were_not_captured_are_the_hosts)
{
	tasks_autohost host = tasks_host_new();
	g_autoptr(GError) error = NULL;
	LxNamespaces namespaces;
	uint64_t inode = 0;

	tasks_write(&host, 12, "stat", "");
	lx_namespaces_init(&namespaces, host.root);
	unit_ok(lx_namespaces_find(&namespaces, 12, LX_NAMESPACE_PID, &inode, &error), error);
	ck_assert_uint_eq(inode, TASKS_HOST_PIDNS);
	unit_fails(lx_namespaces_find(&namespaces, 13, LX_NAMESPACE_PID, &inode, &error), error,
		ESRCH, "task 13");
}
END_TEST

START_TEST(a_kernel_without_such_namespaces_has_one)
{
	static const char *const files[] = {"proc/12/stat", "", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(GError) error = NULL;
	LxNamespaces namespaces;
	uint64_t inode = 42;

	lx_namespaces_init(&namespaces, root);
	unit_ok(lx_namespaces_find(&namespaces, 12, LX_NAMESPACE_PID, &inode, &error), error);
	ck_assert(lx_namespaces_is_host(&namespaces, LX_NAMESPACE_PID, inode));
	unit_fails(lx_namespaces_find(&namespaces, 13, LX_NAMESPACE_PID, &inode, &error), error,
		ESRCH, "task 13");
}
END_TEST

START_TEST(a_link_that_is_none_is_refused)
{
	static const char *const texts[] = {"garbage", "pid:[", "pid:[]", "pid:[x]", "pid:[1"};
	tasks_autohost host = tasks_host_new();
	LxNamespaces namespaces;

	lx_namespaces_init(&namespaces, host.root);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *folder = g_strdup_printf("%s/proc/%zu/ns", host.folder, 30 + i);
		g_autofree char *link = g_build_filename(folder, "pid", NULL);
		g_autoptr(GError) error = NULL;
		uint64_t inode;

		ck_assert_int_eq(g_mkdir_with_parents(folder, 0755), 0);
		ck_assert_int_eq(symlink(texts[i], link), 0);
		unit_fails(lx_namespaces_find(
				   &namespaces, (pid_t)(30 + i), LX_NAMESPACE_PID, &inode, &error),
			error, EINVAL, "ns/pid");
	}
}
END_TEST

START_TEST(another_namespace_than_the_one_meant_is_not_opened)
{
	tasks_autohost host = tasks_host_new();
	g_auto(LxTask) task = LX_TASK_NONE;
	g_auto(LxFd) fd = -1;
	g_autoptr(GError) error = NULL;
	LxNamespaces namespaces;

	tasks_add(&host, &(TasksTask){.tid = 12, .pidns = 21});
	lx_namespaces_init(&namespaces, host.root);
	ck_assert(lx_task_open(host.root, 12, &task, NULL));
	unit_ok(lx_namespaces_open(&namespaces, &task, pid(21), &fd, &error), error);
	unit_fails(lx_namespaces_open(&namespaces, &task, pid(22), &fd, &error), error, ESRCH,
		"task 12");
}
END_TEST

/* Our own namespaces need no privilege. */
START_TEST(on_a_live_host_the_number_is_the_inodes)
{
	g_autoptr(LxSysroot) root = lx_sysroot_new("/", NULL);
	g_auto(LxTask) task = LX_TASK_NONE;
	g_auto(LxFd) fd = -1;
	g_autoptr(GError) error = NULL;
	LxNamespaces namespaces;
	struct stat status;
	uint64_t inode = 0;

	lx_namespaces_init(&namespaces, root);
	unit_ok(lx_namespaces_find(&namespaces, getpid(), LX_NAMESPACE_PID, &inode, &error), error);
	ck_assert_int_eq(stat("/proc/self/ns/pid", &status), 0);
	ck_assert_uint_eq(inode, status.st_ino);
	unit_ok(lx_task_open(root, getpid(), &task, &error), error);
	unit_ok(lx_namespaces_open(&namespaces, &task, pid(inode), &fd, &error), error);
	ck_assert_int_ge(fd, 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_captured_link_says_the_number,
		links_that_were_not_captured_are_the_hosts,
		a_kernel_without_such_namespaces_has_one,
		a_link_that_is_none_is_refused,
		another_namespace_than_the_one_meant_is_not_opened,
		on_a_live_host_the_number_is_the_inodes,
		NULL,
	};

	return unit_suite_new("identity/namespaces", tests);
}
