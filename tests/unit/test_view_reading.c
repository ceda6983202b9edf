/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "viewing.h"

#include "view/reading.h"

#include <fcntl.h>
#include <unistd.h>

static bool add_name(const char *name, const struct stat *status, int64_t next, gpointer data)
{
	GPtrArray *names = data;

	g_ptr_array_add(names, g_strdup(name));
	return true;
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All names of a folder, sorted, in one line. */
static char *listed(const Viewing *viewing, pid_t tid, const char *path)
{
	LxViewCaller caller = viewing_caller(viewing, tid);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	LxNode node = viewing_node(viewing, tid, path);
	g_autoptr(GError) error = NULL;

	unit_ok(lx_view_list(&caller, node, 0, add_name, names, &error), error);
	g_ptr_array_sort(names, by_name);
	g_ptr_array_add(names, NULL);
	return g_strjoinv(" ", (char **)names->pdata);
}

START_TEST(a_folder_lists_what_is_the_askers)
{
	static const struct {
		pid_t tid;
		const char *path, *names;
	} rows[] = {
		{VIEWING_PLAIN, "", ". .. cpu memory"},
		{VIEWING_PLAIN, "memory", ". .. box"},
		{VIEWING_PLAIN, "memory/box", ". .. cgroup.procs in memory.max"},
		{VIEWING_ROOTED, "memory", ". .. cgroup.procs in memory.max"},
		{VIEWING_NESTED, "memory/box", ". .. in"},
		{VIEWING_HOST, "memory", ". .. box other"},
	};
	viewing_auto viewing;

	viewing_init(&viewing);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *names = listed(&viewing, rows[i].tid, rows[i].path);

		ck_assert_str_eq(names, rows[i].names);
	}
}
END_TEST

START_TEST(a_name_lasts_where_it_leads_everybody_to_the_same)
{
	static const struct {
		pid_t tid;
		const char *folder, *name;
		unsigned lasts_seconds;
	} rows[] = {
		{VIEWING_PLAIN, "", "memory", 60}, {VIEWING_PLAIN, "memory", "box", 0},
		{VIEWING_PLAIN, "memory/box", "in", 0},
		{VIEWING_PLAIN, "memory/box/in", "memory.max", 1},
		{VIEWING_NESTED, "memory/box/in", "memory.max", 1},
		{VIEWING_NESTED, "memory/box", "in", 0},
		{VIEWING_ROOTED, "memory", "memory.max", 0}, /* another's root is called the same */
	};
	viewing_auto viewing;

	viewing_init(&viewing);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxViewCaller caller = viewing_caller(&viewing, rows[i].tid);
		LxNode folder = viewing_node(&viewing, rows[i].tid, rows[i].folder);
		g_autoptr(GError) error = NULL;
		LxViewEntry entry;

		unit_ok(lx_view_lookup(&caller, folder, rows[i].name, &entry, &error), error);
		ck_assert_msg(entry.lasts_seconds == rows[i].lasts_seconds, "row %zu: %u", i,
			entry.lasts_seconds);
	}
}
END_TEST

START_TEST(what_is_watched_is_the_askers_and_has_been_read)
{
	viewing_auto viewing;
	LxViewCaller plain, nested;
	g_autoptr(GError) error = NULL;
	g_auto(LxFd) fd = -1;
	LxNode file;

	viewing_init(&viewing);
	plain = viewing_caller(&viewing, VIEWING_PLAIN);
	nested = viewing_caller(&viewing, VIEWING_NESTED);
	file = viewing_node(&viewing, VIEWING_PLAIN, "memory/box/memory.max");
	fd = lx_view_watch(&plain, file, &error);
	ck_assert_int_ge(fd, 0);
	unit_fails(lx_view_watch(&nested, file, &error) >= 0, error, ENOENT, "no such thing");
	unit_fails(lx_view_watch(&plain, LX_VIEW_ROOT, &error) >= 0, error, EISDIR, "as a file");
}
END_TEST

typedef struct {
	int64_t next;
	unsigned count;
} Step;

static bool take_one(const char *name, const struct stat *status, int64_t next, gpointer data)
{
	Step *step = data;

	step->count++;
	step->next = next;
	return false;
}

START_TEST(a_listing_goes_on_where_it_ended)
{
	static const char *const paths[] = {"", "memory", "memory/box"};
	static const unsigned expected[] = {4, 3, 5};
	viewing_auto viewing;
	LxViewCaller caller;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_PLAIN);
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		LxNode node = viewing_node(&viewing, VIEWING_PLAIN, paths[i]);
		Step step = {.count = 0};
		unsigned before;

		do {
			before = step.count;
			ck_assert(lx_view_list(&caller, node, step.next, take_one, &step, NULL));
		} while (step.count > before && step.count < 10);
		ck_assert_uint_eq(step.count, expected[i]);
	}
}
END_TEST

START_TEST(a_text_is_the_files_own)
{
	viewing_auto viewing;
	LxViewCaller caller;
	g_autoptr(GString) text = g_string_new("kept ");
	g_autoptr(GError) error = NULL;
	LxNode file;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_PLAIN);
	file = viewing_node(&viewing, VIEWING_PLAIN, "memory/box/memory.max");
	unit_ok(lx_view_read(&caller, file, text, &error), error);
	ck_assert_str_eq(text->str, "kept 100\n");
	unit_fails(lx_view_read(&caller, viewing_node(&viewing, VIEWING_PLAIN, "memory/box"), text,
			   &error),
		error, EISDIR, "box");
	unit_fails(lx_view_read(&caller, LX_VIEW_ROOT, text, &error), error, EISDIR, "file");
}
END_TEST

static void read_is(const Viewing *viewing, pid_t tid, LxNode file, const char *expected)
{
	LxViewCaller caller = viewing_caller(viewing, tid);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	unit_ok(lx_view_open(&caller, file, O_RDONLY, &error), error);
	unit_ok(lx_view_read(&caller, file, text, &error), error);
	ck_assert_str_eq(text->str, expected);
}

static void read_fails(const Viewing *viewing, pid_t tid, LxNode file)
{
	LxViewCaller caller = viewing_caller(viewing, tid);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	unit_fails(lx_view_open(&caller, file, O_RDONLY, &error), error, ENOENT, "cgroup");
	unit_fails(lx_view_read(&caller, file, text, &error), error, ENOENT, "cgroup");
	ck_assert_str_eq(text->str, "");
}

START_TEST(what_was_read_before_is_told_as_it_is_now)
{
	viewing_auto viewing;
	g_autofree char *path = NULL;
	LxNode file;

	viewing_init(&viewing);
	path = g_build_filename(viewing.host.folder, "cgroup/memory/box/memory.max", NULL);
	file = viewing_node(&viewing, VIEWING_PLAIN, "memory/box/memory.max");
	read_is(&viewing, VIEWING_PLAIN, file, "100\n");
	read_is(&viewing, VIEWING_PLAIN, file, "100\n");
	ck_assert_int_eq(truncate(path, 1), 0);
	read_is(&viewing, VIEWING_PLAIN, file, "1");
	ck_assert_int_eq(unlink(path), 0);
	read_fails(&viewing, VIEWING_PLAIN, file);
}
END_TEST

START_TEST(what_one_has_read_before_is_not_there_for_another)
{
	viewing_auto viewing;
	LxNode file;

	viewing_init(&viewing);
	file = viewing_node(&viewing, VIEWING_PLAIN, "memory/box/memory.max");
	read_is(&viewing, VIEWING_PLAIN, file, "100\n");
	read_fails(&viewing, VIEWING_NESTED, file);
	read_fails(&viewing, VIEWING_ROOTED, file); /* who calls it by another number */
	read_is(&viewing, VIEWING_HOST, file, "100\n");
	read_is(&viewing, VIEWING_PLAIN, file, "100\n");
}
END_TEST

START_TEST(a_longer_text_comes_whole_each_time)
{
	viewing_auto viewing;
	g_autofree char *longer = g_strnfill(5000, 'x');
	LxNode file;

	viewing_init(&viewing);
	viewing_write(&viewing, "memory/box/memory.stat", longer);
	file = viewing_node(&viewing, VIEWING_PLAIN, "memory/box/memory.stat");
	for (int i = 0; i < 3; i++)
		read_is(&viewing, VIEWING_PLAIN, file, longer);
}
END_TEST

START_TEST(a_folder_above_can_be_looked_at_and_not_written_to)
{
	viewing_auto viewing;
	LxViewCaller caller;
	g_autoptr(GError) error = NULL;
	LxNode folder;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_NESTED);
	folder = viewing_node(&viewing, VIEWING_NESTED, "memory/box");
	unit_ok(lx_view_access(&caller, folder, R_OK | X_OK, &error), error);
	unit_fails(lx_view_access(&caller, folder, W_OK, &error), error, EACCES, "above");
	unit_fails(lx_view_access(&caller, LX_VIEW_ROOT, W_OK, &error), error, EACCES, "above");
}
END_TEST

START_TEST(a_file_that_acts_on_the_host_is_not_opened_for_writing)
{
	viewing_auto viewing;
	LxViewCaller caller;
	g_autoptr(GError) error = NULL;
	LxNode file;

	viewing_init(&viewing);
	viewing_write(&viewing, "memory/box/in/release_agent", "");
	caller = viewing_caller(&viewing, VIEWING_HOST);
	file = viewing_node(&viewing, VIEWING_HOST, "memory/box/in/release_agent");
	unit_ok(lx_view_open(&caller, file, O_RDONLY, &error), error);
	unit_fails(lx_view_open(&caller, file, O_WRONLY, &error), error, EACCES, "release_agent");
	unit_fails(lx_view_open(&caller, file, O_RDWR, &error), error, EACCES, "release_agent");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {a_folder_lists_what_is_the_askers,
		a_name_lasts_where_it_leads_everybody_to_the_same,
		what_is_watched_is_the_askers_and_has_been_read, a_listing_goes_on_where_it_ended,
		a_text_is_the_files_own, what_was_read_before_is_told_as_it_is_now,
		what_one_has_read_before_is_not_there_for_another,
		a_longer_text_comes_whole_each_time,
		a_folder_above_can_be_looked_at_and_not_written_to,
		a_file_that_acts_on_the_host_is_not_opened_for_writing, NULL};

	return unit_suite_new("view/reading", tests);
}
