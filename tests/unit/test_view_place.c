/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "viewing.h"

#include "view/place.h"

/* The paths that lead somewhere, and what the others answer. */
START_TEST(a_path_is_the_one_of_proc_self_cgroup_and_all_else_is_not_there)
{
	static const struct {
		pid_t tid;
		const char *path;
		int code;
	} rows[] = {
		{VIEWING_PLAIN, "memory/box", 0},
		{VIEWING_PLAIN, "memory/box/in/memory.max", 0},
		{VIEWING_PLAIN, "cpu/box/in", 0},
		{VIEWING_PLAIN, "memory/other", ENOENT},
		{VIEWING_PLAIN, "memory/other/cgroup.procs", ENOENT},
		{VIEWING_PLAIN, "memory/bo", ENOENT},
		{VIEWING_PLAIN, "memory/cgroup.procs", ENOENT},
		{VIEWING_PLAIN, "memory/..", ENOENT},
		{VIEWING_PLAIN, "memory/box/..", ENOENT},
		{VIEWING_PLAIN, "memory/box/.", ENOENT},
		{VIEWING_PLAIN, "pids", ENOENT},
		{VIEWING_PLAIN, "memory/box/memory.max/x", ENOTDIR},
		{VIEWING_ROOTED, "memory/in", 0},
		{VIEWING_ROOTED, "memory/memory.max", 0},
		{VIEWING_ROOTED, "memory/box", ENOENT},
		{VIEWING_ROOTED, "memory/other", ENOENT},
		{VIEWING_NESTED, "memory/box/in", 0},
		{VIEWING_NESTED, "memory/box/memory.max", ENOENT},
		{VIEWING_NESTED, "memory/other", ENOENT},
		{VIEWING_HOST, "memory/other", 0},
		{VIEWING_HOST, "memory/box/in", 0},
		{99, "memory/box", ESRCH},
	};
	viewing_auto viewing;

	viewing_init(&viewing);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxNode node;
		int code = viewing_walk(&viewing, rows[i].tid, rows[i].path, &node);

		ck_assert_msg(code == rows[i].code, "task %d, %s: %d", (int)rows[i].tid,
			rows[i].path, code);
	}
}
END_TEST

/* Whoever asks the number gets his own there. */
START_TEST(ones_own_folder_has_a_name_that_is_everybodys)
{
	static const struct {
		pid_t tid;
		const char *path;
		int code;
	} rows[] = {
		{VIEWING_PLAIN, "in/memory.max", 0},
		{VIEWING_PLAIN, "box", ENOENT},
		{VIEWING_ROOTED, "in/memory.max", 0},
		{VIEWING_NESTED, "memory.max", 0},
		{VIEWING_NESTED, "in", ENOENT},
		{VIEWING_HOST, "other", 0},
	};
	viewing_auto viewing;
	LxNode first;

	viewing_init(&viewing);
	first = viewing_node(&viewing, VIEWING_HOST, ".own.memory");
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_build_filename(".own.memory", rows[i].path, NULL);
		LxNode node;

		ck_assert_int_eq(viewing_walk(&viewing, rows[i].tid, path, &node), rows[i].code);
		ck_assert(viewing_node(&viewing, rows[i].tid, ".own.memory") == first);
	}
	ck_assert(first != viewing_node(&viewing, VIEWING_PLAIN, "memory"));
	ck_assert_int_eq(viewing_walk(&viewing, VIEWING_PLAIN, ".own.pids", &first), ENOENT);
	ck_assert_int_eq(viewing_walk(&viewing, VIEWING_PLAIN, ".own.", &first), ENOENT);
}
END_TEST

START_TEST(what_lies_in_ones_own_folder_is_nobodys_else)
{
	viewing_auto viewing;
	LxViewCaller caller;
	LxViewEntry entry;
	LxNode folder;

	viewing_init(&viewing);
	folder = viewing_node(&viewing, VIEWING_NESTED, ".own.memory");
	caller = viewing_caller(&viewing, VIEWING_NESTED);
	ck_assert(lx_view_lookup(&caller, folder, "memory.max", &entry, NULL));
	ck_assert_uint_eq(entry.lasts_seconds, 0);
	caller = viewing_caller(&viewing, VIEWING_ROOTED);
	ck_assert(!lx_view_attributes(&caller, entry.node, &entry.status, NULL));
}
END_TEST

START_TEST(the_number_of_anothers_cgroup_is_not_there)
{
	static const char *const paths[] = {"memory/other", "memory/other/cgroup.procs",
		"memory/box/memory.max", "memory/box/in"};
	static const pid_t askers[] = {VIEWING_NESTED, VIEWING_ROOTED};
	viewing_auto viewing;
	struct stat status;

	viewing_init(&viewing);
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		LxNode node = viewing_node(&viewing, VIEWING_HOST, paths[i]);
		bool is_his = i == 3; /* of the nested one */

		for (size_t k = 0; k < G_N_ELEMENTS(askers); k++) {
			LxViewCaller caller = viewing_caller(&viewing, askers[k]);
			g_autoptr(GError) error = NULL;

			if (is_his && askers[k] == VIEWING_NESTED)
				continue;
			unit_fails(lx_view_attributes(&caller, node, &status, &error), error,
				ENOENT, "cgroup");
		}
	}
}
END_TEST

START_TEST(numbers_nobody_gave_out_are_not_there)
{
	static const LxNode nodes[] = {0, 2, UINT64_C(1) << 55, UINT64_MAX, UINT64_C(200) << 56,
		UINT64_C(1) << 56 | 1, UINT64_C(1) << 56 | UINT64_C(2) << 48};
	viewing_auto viewing;
	LxViewCaller caller;
	struct stat status;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_HOST);
	for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++)
		ck_assert(!lx_view_attributes(&caller, nodes[i], &status, NULL));
}
END_TEST

START_TEST(a_folder_above_the_container_shows_nothing_of_itself)
{
	viewing_auto viewing;
	LxViewCaller caller;
	struct stat status;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_NESTED);
	ck_assert(lx_view_attributes(
		&caller, viewing_node(&viewing, VIEWING_NESTED, "memory/box"), &status, NULL));
	ck_assert_uint_eq(status.st_mode, S_IFDIR | 0555);
	ck_assert_uint_eq(status.st_nlink, 3);
	ck_assert_int_eq(status.st_mtim.tv_sec, 0);
}
END_TEST

static bool admit_nobody(uint64_t container, gpointer data)
{
	return false;
}

START_TEST(a_container_that_is_not_admitted_gets_an_error)
{
	viewing_auto viewing;
	LxViewCaller caller;
	struct stat status;
	g_autoptr(GError) error = NULL;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_PLAIN);
	caller.admit = admit_nobody;
	unit_fails(lx_view_attributes(&caller, LX_VIEW_ROOT, &status, &error), error, EIO, "box");
}
END_TEST

START_TEST(a_text_of_the_kernels_that_is_not_understood_is_no_wrong_argument)
{
	viewing_auto viewing;
	LxViewCaller caller;
	struct stat status;
	g_autoptr(GError) error = NULL;

	viewing_init(&viewing);
	tasks_move(&viewing.host, VIEWING_PLAIN, "no line of a cgroup");
	caller = viewing_caller(&viewing, VIEWING_PLAIN);
	unit_fails(lx_view_attributes(&caller, LX_VIEW_ROOT, &status, &error), error, EIO,
		"is no cgroup line");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_path_is_the_one_of_proc_self_cgroup_and_all_else_is_not_there,
		ones_own_folder_has_a_name_that_is_everybodys,
		what_lies_in_ones_own_folder_is_nobodys_else,
		the_number_of_anothers_cgroup_is_not_there, numbers_nobody_gave_out_are_not_there,
		a_folder_above_the_container_shows_nothing_of_itself,
		a_container_that_is_not_admitted_gets_an_error,
		a_text_of_the_kernels_that_is_not_understood_is_no_wrong_argument, NULL};

	return unit_suite_new("view/place", tests);
}
