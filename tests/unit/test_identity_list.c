/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include <fcntl.h>

#include "identity/list.h"

static void unref_container(gpointer container)
{
	lx_container_unref(container);
}

static LxContainer *container_at(const TasksHost *host, const char *path, const char *id)
{
	LxMembership at = {.paths = {(char *)path, (char *)path}};
	LxContainer *container = lx_container_new();

	tasks_add_cgroup(host, path, "");
	container->cgroup = lx_cgroup_new(host->levels, host->layout, &at, NULL);
	ck_assert_ptr_nonnull(container->cgroup);
	container->id = g_strdup(id);
	container->runtime = "plain";
	container->init_pid = 12;
	container->init_folder = open(host->folder, O_PATH | O_CLOEXEC);
	return container;
}

static LxList *list_of(LxContainer *const *containers, size_t n)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(unref_container);

	for (size_t i = 0; i < n; i++)
		g_ptr_array_add(found, containers[i]);
	return lx_list_new(found);
}

static char *ids_of(const LxList *list)
{
	g_autoptr(GPtrArray) containers = lx_list_containers(list);
	g_autoptr(GString) ids = g_string_new(NULL);

	for (guint i = 0; i < containers->len; i++)
		g_string_append_printf(ids, "%s ", ((const LxContainer *)containers->pdata[i])->id);
	return g_string_free(g_steal_pointer(&ids), FALSE);
}

START_TEST(each_cgroup_is_listed_once_and_the_host_never)
{
	tasks_autohost host = tasks_host_new();
	LxContainer *containers[] = {container_at(&host, "/b", "b"), container_at(&host, "/a", "a"),
		container_at(&host, "/b", "b"), lx_container_new()};
	g_autoptr(LxList) list = list_of(containers, G_N_ELEMENTS(containers));
	g_autofree char *ids = ids_of(list);

	ck_assert_str_eq(ids, "a b ");
}
END_TEST

START_TEST(shared_ids_become_unique_whatever_the_order)
{
	tasks_autohost host = tasks_host_new();
	LxContainer *one = container_at(&host, "/a/web", "web");
	LxContainer *two = container_at(&host, "/b/web", "web");
	g_autofree char *taken = g_strdup_printf("web-%u", lx_container_number(two));
	LxContainer *containers[] = {one, two, container_at(&host, "/c", taken)};
	g_autoptr(LxList) list = list_of(containers, G_N_ELEMENTS(containers));
	g_autoptr(GPtrArray) all = lx_list_containers(list);

	ck_assert_uint_eq(all->len, 3);
	for (guint i = 0; i < all->len; i++) {
		LxContainer *container = all->pdata[i];

		ck_assert_ptr_eq(lx_list_find_id(list, container->id), container);
		ck_assert_ptr_eq(
			lx_list_find_number(list, lx_container_number(container)), container);
		ck_assert_int_eq(container->init_pid, 12);
		ck_assert_int_ge(container->init_folder, 0);
	}
	ck_assert_ptr_null(lx_list_find_id(list, "web"));
	ck_assert_ptr_null(lx_list_find_number(list, 0));
}
END_TEST

START_TEST(an_empty_list_is_one)
{
	g_autoptr(LxList) list = list_of(NULL, 0);
	g_autofree char *ids = ids_of(list);

	ck_assert_str_eq(ids, "");
	ck_assert_ptr_null(lx_list_find_id(list, ""));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		each_cgroup_is_listed_once_and_the_host_never,
		shared_ids_become_unique_whatever_the_order,
		an_empty_list_is_one,
		NULL,
	};

	return unit_suite_new("identity/list", tests);
}
