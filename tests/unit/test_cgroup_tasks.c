/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "cgroup/tasks.h"

#include <errno.h>
#include <unistd.h>

static char *told(const LxTaskIds *ids)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < ids->n; i++)
		g_string_append_printf(text, "%s%d", i ? " " : "", (int)ids->tids[i]);
	return g_string_free(text, FALSE);
}

START_TEST(a_list_is_one_id_per_line)
{
	static const struct {
		const char *text, *ids;
	} rows[] = {
		{"", ""},
		{"12\n34\n", "12 34"},
		{"12\n34", "12 34"},
		{"0\n7\n0\n", "7"},
		{"7\n7\n", "7 7"},
		{"2147483647\n", "2147483647"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(LxTaskIds) ids = {0};
		g_autofree char *text = NULL;

		unit_ok(lx_tasks_parse(lx_slice(rows[i].text), "tasks", &ids, &error), error);
		text = told(&ids);
		ck_assert_str_eq(text, rows[i].ids);
	}
}
END_TEST

START_TEST(what_is_no_id_is_refused_with_its_line)
{
	static const char *const rows[] = {
		"1\nx\n", "1\n-1\n", "1\n2147483648\n", "1\n99999999999999999999\n", "1\n\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(LxTaskIds) ids = {0};

		unit_fails(lx_tasks_parse(lx_slice(rows[i]), "tasks", &ids, &error), error, EINVAL,
			"tasks, line 2");
	}
}
END_TEST

START_TEST(no_more_than_the_bound_are_taken)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	g_auto(LxTaskIds) ids = {0};

	for (unsigned i = 0; i < LX_TASKS_MAX + 10; i++)
		g_string_append(text, "1\n");
	unit_ok(lx_tasks_parse((LxSlice){text->str, text->len}, "tasks", &ids, &error), error);
	ck_assert_uint_eq(ids.n, LX_TASKS_MAX);
}
END_TEST

typedef struct {
	char *folder;
	LxSysroot *root;
	LxLayout *layout;
	LxLevels *levels;
} Host;

static Host host_new(const char *const *files)
{
	Host host = {.folder = unit_folder_new(files)};

	host.root = lx_sysroot_new(host.folder, NULL);
	host.layout = lx_layout_new(host.root, NULL);
	host.levels = lx_levels_new(host.root, host.layout);
	return host;
}

static void host_clear(Host *host)
{
	lx_levels_free(host->levels);
	lx_layout_free(host->layout);
	lx_sysroot_free(host->root);
	unit_folder_free(host->folder);
}

/* What stands on the host is declared behind it, and goes first. */
#define autohost __attribute__((cleanup(host_clear))) Host

static LxCgroup *cgroup_at(const Host *host, const char *line)
{
	g_auto(LxMembership) membership = {0};
	g_autoptr(GError) error = NULL;
	LxCgroup *cgroup;

	unit_ok(lx_membership_parse(host->layout, lx_slice(line), "test", &membership, &error),
		error);
	cgroup = lx_cgroup_new(host->levels, host->layout, &membership, &error);
	ck_assert_msg(cgroup != NULL, "%s", error ? error->message : "");
	return cgroup;
}

static int by_number(gconstpointer a, gconstpointer b)
{
	return *(const pid_t *)a - *(const pid_t *)b;
}

static void has(const Host *host, const char *line, const char *expected)
{
	g_autoptr(LxCgroup) cgroup = cgroup_at(host, line);
	g_autoptr(GError) error = NULL;
	g_auto(LxTaskIds) ids = {0};
	g_autofree char *text = NULL;

	unit_ok(lx_cgroup_read_tasks(cgroup, &ids, &error), error);
	if (ids.n)
		qsort(ids.tids, ids.n, sizeof(pid_t), by_number);
	text = told(&ids);
	ck_assert_str_eq(text, expected);
}

static const char *const v2_files[] = {
	"proc/self/mounts",
	"none /cgroup cgroup2 rw 0 0\n",
	"cgroup/a/cgroup.threads",
	"1\n2\n",
	"cgroup/a/pids.current",
	"5\n",
	"cgroup/a/b/cgroup.threads",
	"3\n",
	"cgroup/a/b/c d/cgroup.threads",
	"4\n",
	"cgroup/a/empty/cgroup.procs",
	"",
	"cgroup/z/cgroup.threads",
	"9\n",
	NULL,
};

START_TEST(tasks_of_all_cgroups_below_are_found)
{
	autohost host = host_new(v2_files);

	has(&host, "0::/a\n", "1 2 3 4");
	has(&host, "0::/a/b/c d\n", "4");
	has(&host, "0::/a/empty\n", "");
	has(&host, "0::/\n", "");
}
END_TEST

START_TEST(v1_calls_them_tasks)
{
	static const char *const files[] = {"proc/self/mounts",
		"none /memory cgroup rw,memory 0 0\nnone /pids cgroup rw,pids 0 0\n",
		"memory/a/tasks", "1\n2\n", "memory/a/b/tasks", "3\n", "pids/a/tasks", "7\n", NULL};
	autohost host = host_new(files);

	has(&host, "2:pids:/a\n1:memory:/a\n", "1 2 3");
	has(&host, "2:pids:/a\n1:memory:/\n", "7");
}
END_TEST

START_TEST(links_are_not_followed)
{
	autohost host = host_new(v2_files);
	g_autofree char *folder = g_build_filename(host.folder, "cgroup/a/link", NULL);
	g_autofree char *file =
		g_build_filename(host.folder, "cgroup/a/empty/cgroup.threads", NULL);

	ck_assert_int_eq(symlink("../z", folder), 0);
	ck_assert_int_eq(symlink("../../z", file), 0);
	has(&host, "0::/a/b\n", "3 4");
	ck_assert_int_eq(unlink(file), 0);
	has(&host, "0::/a\n", "1 2 3 4");
}
END_TEST

START_TEST(cgroups_nested_too_deeply_are_passed_over)
{
	g_autoptr(GString) path = g_string_new("cgroup/a");
	const char *files[] = {NULL, "8\n", NULL};
	autohost host = host_new(v2_files);
	g_autofree char *deep = NULL;

	for (unsigned i = 0; i < LX_TASKS_DEPTH_MAX + 1; i++)
		g_string_append(path, "/x");
	g_string_append(path, "/cgroup.threads");
	deep = g_build_filename(host.folder, path->str, NULL);
	files[0] = deep;
	for (const char *const *at = files; *at; at += 2) {
		g_autofree char *parent = g_path_get_dirname(at[0]);

		ck_assert_int_eq(g_mkdir_with_parents(parent, 0755), 0);
		ck_assert(g_file_set_contents(at[0], at[1], -1, NULL));
	}
	has(&host, "0::/a\n", "1 2 3 4");
	has(&host, "0::/a/x\n", "8");
}
END_TEST

START_TEST(a_cgroup_that_was_removed_has_gone)
{
	autohost host = host_new(v2_files);
	g_autoptr(LxCgroup) cgroup = cgroup_at(&host, "0::/z\n");
	g_autoptr(GError) error = NULL;
	g_auto(LxTaskIds) ids = {0};

	unit_folder_free(g_build_filename(host.folder, "cgroup/z", NULL));
	unit_fails(lx_cgroup_read_tasks(cgroup, &ids, &error), error, ENOENT, "cgroup /z");
}
END_TEST

START_TEST(garbage_in_a_list_is_an_error)
{
	static const char *const files[] = {"proc/self/mounts", "none /cgroup cgroup2 rw 0 0\n",
		"cgroup/a/cgroup.threads", "1\n", "cgroup/a/b/cgroup.threads", "one\n", NULL};
	autohost host = host_new(files);
	g_autoptr(LxCgroup) cgroup = cgroup_at(&host, "0::/a\n");
	g_autoptr(GError) error = NULL;
	g_auto(LxTaskIds) ids = {0};

	unit_fails(lx_cgroup_read_tasks(cgroup, &ids, &error), error, EINVAL,
		"cgroup /a: parsing cgroup.threads, line 1");
}
END_TEST

START_TEST(the_kernel_counts_where_there_is_a_counter)
{
	autohost host = host_new(v2_files);
	g_autoptr(LxCgroup) counted = cgroup_at(&host, "0::/a\n");
	g_autoptr(LxCgroup) uncounted = cgroup_at(&host, "0::/a/b\n");
	g_autoptr(GError) error = NULL;
	uint64_t n = 0;
	bool present;

	unit_ok(lx_cgroup_count_tasks(counted, &n, &present, &error), error);
	ck_assert(present && n == 5);
	unit_ok(lx_cgroup_count_tasks(uncounted, &n, &present, &error), error);
	ck_assert(!present);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_list_is_one_id_per_line,
		what_is_no_id_is_refused_with_its_line,
		no_more_than_the_bound_are_taken,
		tasks_of_all_cgroups_below_are_found,
		v1_calls_them_tasks,
		links_are_not_followed,
		cgroups_nested_too_deeply_are_passed_over,
		a_cgroup_that_was_removed_has_gone,
		garbage_in_a_list_is_an_error,
		the_kernel_counts_where_there_is_a_counter,
		NULL,
	};

	return unit_suite_new("cgroup/tasks", tests);
}
