/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include "cgroup/processes.h"

typedef struct {
	GArray *pids;
	unsigned stop_after;
} Seen;

static bool note(pid_t pid, gpointer data)
{
	Seen *seen = data;

	g_array_append_val(seen->pids, pid);
	return seen->pids->len != seen->stop_after;
}

static gint by_number(gconstpointer a, gconstpointer b)
{
	return *(const pid_t *)a - *(const pid_t *)b;
}

/* The pids visited below /box, sorted. */
static char *visited(const TasksHost *host, unsigned max, unsigned stop_after)
{
	g_autoptr(LxLevel) level = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GArray) pids = g_array_new(FALSE, FALSE, sizeof(pid_t));
	Seen seen = {pids, stop_after};

	ck_assert(lx_levels_get(host->levels, 0, "/box", &level, NULL));
	lx_processes_visit(level, max, note, &seen);
	g_array_sort(pids, by_number);
	for (guint i = 0; i < pids->len; i++)
		g_string_append_printf(text, "%d ", (int)g_array_index(pids, pid_t, i));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

START_TEST(processes_below_count_and_what_is_no_pid_does_not)
{
	tasks_autohost host = tasks_host_new();
	g_autofree char *got = NULL;

	tasks_add_cgroup(&host, "/box", "12\n13");
	tasks_add_cgroup(&host, "/box/x/y", "14\n0\n-3\nx\n99999999999\n\n15\n");
	tasks_add_cgroup(&host, "/box/z", "");
	tasks_add_cgroup(&host, "/boxer", "99\n");
	got = visited(&host, 100, 0);
	ck_assert_str_eq(got, "12 13 14 15 ");
}
END_TEST

START_TEST(no_more_are_visited_than_wanted)
{
	tasks_autohost host = tasks_host_new();
	g_autofree char *two = NULL;
	g_autofree char *one = NULL;

	tasks_add_cgroup(&host, "/box", "12\n13\n14\n");
	tasks_add_cgroup(&host, "/box/x", "15\n");
	two = visited(&host, 2, 0);
	ck_assert_str_eq(two, "12 13 ");
	one = visited(&host, 100, 1);
	ck_assert_str_eq(one, "12 ");
}
END_TEST

START_TEST(a_cgroup_that_has_gone_has_none)
{
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxLevel) level = NULL;
	g_autoptr(GArray) pids = g_array_new(FALSE, FALSE, sizeof(pid_t));
	Seen seen = {pids, 0};

	tasks_add_cgroup(&host, "/box", "12\n");
	ck_assert(lx_levels_get(host.levels, 0, "/box", &level, NULL));
	unit_folder_free(g_build_filename(host.folder, "cgroup/memory/box", NULL));
	lx_processes_visit(level, 100, note, &seen);
	ck_assert_uint_eq(pids->len, 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		processes_below_count_and_what_is_no_pid_does_not,
		no_more_are_visited_than_wanted,
		a_cgroup_that_has_gone_has_none,
		NULL,
	};

	return unit_suite_new("cgroup/processes", tests);
}
