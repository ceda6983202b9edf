/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include "lxfs.h"

#include <errno.h>

/* Two containers with a PID namespace each, and the host's own shell. */
static TasksHost host_with_containers(void)
{
	static const TasksTask tasks[] = {
		{.tid = 10, .cgroup = "/"},
		{.tid = 12,
			.cgroup = "/web",
			.cgroupns = 11,
			.pidns = 21,
			.pids = "12\t1",
			.mountinfo = "/web"},
		{.tid = 14,
			.cgroup = "/mail",
			.cgroupns = 12,
			.pidns = 22,
			.pids = "14\t1",
			.mountinfo = "/mail"},
	};
	TasksHost host = tasks_host_new();

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/web", "12\n");
	tasks_add_cgroup(&host, "/mail", "14\n");
	return host;
}

static LxContext *context_of(const TasksHost *host)
{
	g_autoptr(GError) error = NULL;
	LxSettings settings;
	LxContext *context;

	lx_settings_init(&settings);
	settings.sysroot = host->folder;
	context = lx_context_new(&settings, &error);
	unit_ok(context != NULL, error);
	return context;
}

static bool append_name(const char *name, const LxAttributes *attributes, gpointer names)
{
	g_string_append_printf(names, "%s ", name);
	return true;
}

static LxNode node_at(const LxCaller *caller, const char *path)
{
	g_autoptr(GError) error = NULL;
	LxAttributes attributes;

	unit_ok(lx_tree_resolve(caller, path, &attributes, &error), error);
	return attributes.node;
}

/* In the order of their numbers, which on a captured host are those of its folders. */
START_TEST(each_container_has_a_folder_and_the_loads_are_not_listed)
{
	tasks_autohost host = host_with_containers();
	g_autoptr(LxContext) context = context_of(&host);
	const LxCaller caller = {.context = context, .tid = 10};
	bool web_first = node_at(&caller, "containers/web") < node_at(&caller, "containers/mail");
	g_autoptr(GString) names = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	unit_ok(lx_tree_list(&caller, node_at(&caller, "containers"), append_name, names, &error),
		error);
	ck_assert_str_eq(names->str, web_first ? "web mail " : "mail web ");
}
END_TEST

static char *number_of(LxContext *context, const char *id)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxInventory) inventory = lx_inventory_new(context, &error);
	const LxContainerInfo *info;

	unit_ok(inventory != NULL, error);
	for (unsigned i = 0; (info = lx_inventory_at(inventory, i)) != NULL; i++)
		if (strcmp(info->id, id) == 0)
			return g_strdup_printf("%" G_GUINT64_FORMAT, info->number);
	ck_abort_msg("%s is not listed", id);
}

START_TEST(all_loads_are_one_file)
{
	tasks_autohost host = host_with_containers();
	g_autoptr(LxContext) context = context_of(&host);
	const LxCaller caller = {.context = context, .tid = 10};
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *mail = number_of(context, "mail"), *web = number_of(context, "web");
	g_autofree char *expected =
		g_strdup_printf("%s 0.00 0.00 0.00 1/1 0\n%s 0.00 0.00 0.00 1/1 0\n", mail, web);
	g_autoptr(GError) error = NULL;

	unit_ok(lx_tree_read(&caller, node_at(&caller, "containers/.loadavg"), text, &error),
		error);
	ck_assert_str_eq(text->str, expected);
}
END_TEST

static bool admit_all_but(uint64_t container, gpointer refused)
{
	return container != *(const uint64_t *)refused;
}

START_TEST(a_container_that_is_not_admitted_has_no_line)
{
	tasks_autohost host = host_with_containers();
	g_autoptr(LxContext) context = context_of(&host);
	g_autofree char *mail = number_of(context, "mail"), *web = number_of(context, "web");
	uint64_t refused = g_ascii_strtoull(mail, NULL, 10);
	const LxCaller caller = {
		.context = context, .tid = 10, .admit = admit_all_but, .data = &refused};
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	unit_ok(lx_tree_read(&caller, node_at(&caller, "containers/.loadavg"), text, &error),
		error);
	ck_assert(g_str_has_prefix(text->str, web));
	ck_assert_ptr_null(strstr(text->str, mail));
}
END_TEST

START_TEST(a_container_sees_neither)
{
	tasks_autohost host = host_with_containers();
	g_autoptr(LxContext) context = context_of(&host);
	const LxCaller root = {.context = context, .tid = 10}, inside = {context, .tid = 12};
	LxNode loads = node_at(&root, "containers/.loadavg");
	LxNode folder = node_at(&root, "containers");
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	LxAttributes attributes;

	unit_fails(lx_tree_read(&inside, loads, text, &error), error, EACCES, "only the host");
	g_clear_error(&error);
	unit_fails(lx_tree_lookup(&inside, folder, ".loadavg", &attributes, &error), error, EACCES,
		"only the host");
	ck_assert_str_eq(text->str, "");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		each_container_has_a_folder_and_the_loads_are_not_listed,
		all_loads_are_one_file,
		a_container_that_is_not_admitted_has_no_line,
		a_container_sees_neither,
		NULL,
	};

	return unit_suite_new("tree/containers", tests);
}
