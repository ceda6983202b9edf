/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include "lxfs.h"

#include <errno.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define UID "11111111-2222-3333-4444-555555555555"
#define POD "/kubepods/burstable/pod" UID "/" A

/* Two containers with a PID namespace each, one of them a pod's, and a service. */
static TasksHost host_with_containers(void)
{
	static const TasksTask tasks[] = {
		{.tid = 12,
			.cgroup = "/web",
			.cgroupns = 11,
			.pidns = 21,
			.pids = "12\t1",
			.start_ticks = 300,
			.mountinfo = "/web"},
		{.tid = 14,
			.cgroup = POD,
			.cgroupns = 12,
			.pidns = 22,
			.pids = "14\t1",
			.mountinfo = POD},
		{.tid = 16, .cgroup = "/system.slice/cron.service"},
	};
	TasksHost host = tasks_host_new();

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/web", "12\n");
	tasks_add_cgroup(&host, POD, "14\n");
	tasks_add_cgroup(&host, "/system.slice/cron.service", "16\n");
	return host;
}

static LxContext *context_of(const TasksHost *host, bool host_only)
{
	g_autoptr(GError) error = NULL;
	LxSettings settings;
	LxContext *context;

	lx_settings_init(&settings);
	settings.sysroot = host->folder;
	settings.host_only = host_only;
	context = lx_context_new(&settings, &error);
	unit_ok(context != NULL, error);
	return context;
}

START_TEST(containers_are_listed_by_id_and_services_are_not)
{
	tasks_autohost host = host_with_containers();
	g_autoptr(LxContext) context = context_of(&host, false);
	g_autoptr(GError) error = NULL;
	g_autoptr(LxInventory) inventory = lx_inventory_new(context, &error);
	const LxContainerInfo *pod, *web;

	unit_ok(inventory != NULL, error);
	pod = lx_inventory_at(inventory, 0);
	web = lx_inventory_at(inventory, 1);
	ck_assert_ptr_nonnull(pod);
	ck_assert_ptr_nonnull(web);
	ck_assert_ptr_null(lx_inventory_at(inventory, 2));
	ck_assert_str_eq(pod->id, A);
	ck_assert_str_eq(pod->runtime, "kubernetes");
	ck_assert_str_eq(pod->pod_uid, UID);
	ck_assert_int_eq(pod->init_pid, 14);
	ck_assert_str_eq(web->id, "web");
	ck_assert_str_eq(web->runtime, "plain");
	ck_assert_str_eq(web->cgroup, "/web");
	ck_assert_ptr_null(web->pod_uid);
	ck_assert_int_eq(web->init_pid, 12);
	ck_assert_uint_gt(web->start_boottime_nsec, pod->start_boottime_nsec);
}
END_TEST

START_TEST(the_number_is_that_of_the_tree)
{
	tasks_autohost host = host_with_containers();
	g_autoptr(LxContext) context = context_of(&host, false);
	g_autoptr(LxInventory) inventory = lx_inventory_new(context, NULL);
	LxCaller caller = {.context = context, .tid = 12};

	ck_assert_uint_ne(lx_inventory_at(inventory, 1)->number, 0);
	ck_assert_uint_eq(lx_inventory_at(inventory, 1)->number, lx_tree_owner(&caller));
}
END_TEST

START_TEST(figures_are_of_the_container_at_the_index)
{
	tasks_autohost host = host_with_containers();
	g_autoptr(LxContext) context = context_of(&host, false);
	g_autoptr(LxInventory) inventory = lx_inventory_new(context, NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *path = g_build_filename(host.folder, "cgroup/memory/web/tasks", NULL);
	LxFigures figures;

	ck_assert(g_file_set_contents(path, "12\n", -1, NULL));
	unit_ok(lx_inventory_read(inventory, 1, LX_FIGURE_TASKS, &figures, &error), error);
	ck_assert_uint_eq(figures.tasks, 1);
	unit_fails(lx_inventory_read(inventory, 2, LX_FIGURE_TASKS, &figures, &error), error,
		EINVAL, "there are 2");
}
END_TEST

START_TEST(a_context_of_the_host_alone_has_no_list)
{
	tasks_autohost host = host_with_containers();
	g_autoptr(LxContext) context = context_of(&host, true);
	g_autoptr(GError) error = NULL;
	g_autoptr(LxInventory) inventory = lx_inventory_new(context, &error);

	unit_fails(inventory != NULL, error, ENOTSUP, "only the host");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		containers_are_listed_by_id_and_services_are_not,
		the_number_is_that_of_the_tree,
		figures_are_of_the_container_at_the_index,
		a_context_of_the_host_alone_has_no_list,
		NULL,
	};

	return unit_suite_new("tree/inventory", tests);
}
