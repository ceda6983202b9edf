/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include <fcntl.h>

#include "identity/container.h"

START_TEST(another_name_leaves_the_first_container_as_it_is)
{
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxContainer) container = lx_container_new();
	g_autoptr(LxContainer) renamed = NULL;

	container->id = g_strdup("web");
	container->runtime = "lxc";
	container->init_pid = 7;
	container->pid_namespace = 21;
	container->start_boottime_nsec = 5;
	container->init_folder = open(host.folder, O_PATH | O_CLOEXEC);
	renamed = lx_container_renamed(container, "web-1");
	ck_assert_str_eq(container->id, "web");
	ck_assert_str_eq(renamed->id, "web-1");
	ck_assert_str_eq(renamed->runtime, "lxc");
	ck_assert_int_eq(renamed->init_pid, 7);
	ck_assert_uint_eq(renamed->pid_namespace, 21);
	ck_assert_uint_eq(renamed->start_boottime_nsec, 5);
	ck_assert_int_ge(renamed->init_folder, 0);
	ck_assert_int_ne(renamed->init_folder, container->init_folder);
}
END_TEST

START_TEST(it_lives_as_long_as_its_inits_folder_answers)
{
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxContainer) container = lx_container_new();
	g_autoptr(LxContainer) machine = lx_container_new();

	machine->is_host = true;
	tasks_add(&host, &(TasksTask){.tid = 12});
	ck_assert(!lx_container_is_alive(container));
	container->init_folder = lx_sysroot_open(host.root, "proc/12", O_PATH, NULL);
	ck_assert(lx_container_is_alive(container));
	tasks_remove(&host, 12);
	ck_assert(!lx_container_is_alive(container));
	ck_assert(lx_container_is_alive(machine));
	ck_assert_uint_eq(lx_container_number(machine), 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		another_name_leaves_the_first_container_as_it_is,
		it_lives_as_long_as_its_inits_folder_answers,
		NULL,
	};

	return unit_suite_new("identity/container", tests);
}
