/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "viewing.h"

static LxNode plain(const Viewing *viewing, const char *path)
{
	return viewing_node(viewing, VIEWING_PLAIN, path);
}

START_TEST(folders_are_made_renamed_and_removed_within_the_container)
{
	viewing_auto viewing;
	LxViewCaller caller;
	LxViewName from = {.name = "a"}, to = {.name = "b"};
	g_autoptr(GError) error = NULL;
	LxNode node;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_PLAIN);
	from.parent = to.parent = plain(&viewing, "memory/box");
	unit_ok(lx_view_mkdir(&caller, from.parent, "a", 0755, &error), error);
	unit_fails(
		lx_view_mkdir(&caller, from.parent, "a", 0755, &error), error, EEXIST, "making a");
	unit_ok(lx_view_rename(&caller, &from, &to, &error), error);
	ck_assert_int_eq(viewing_walk(&viewing, VIEWING_PLAIN, "memory/box/a", &node), ENOENT);
	unit_ok(lx_view_rmdir(&caller, to.parent, "b", &error), error);
	unit_fails(lx_view_rmdir(&caller, to.parent, "b", &error), error, ENOENT, "removing b");
	unit_fails(lx_view_refuse(&caller, to.parent, "b", &error), error, EPERM, "b");
}
END_TEST

START_TEST(nothing_changes_above_the_container)
{
	static const char *const paths[] = {"", "memory", "memory/box/memory.max"};
	viewing_auto viewing;
	LxViewCaller caller;
	g_autoptr(GError) error = NULL;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_PLAIN);
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		LxNode node = plain(&viewing, paths[i]);
		LxViewName from = {node, "box"}, to = {plain(&viewing, "memory/box"), "x"};

		unit_fails(lx_view_mkdir(&caller, node, "x", 0755, &error), error, EACCES, "view");
		unit_fails(lx_view_rmdir(&caller, node, "box", &error), error, EACCES, "view");
		unit_fails(lx_view_refuse(&caller, node, "x", &error), error, EACCES, "view");
		unit_fails(lx_view_rename(&caller, &from, &to, &error), error, EACCES, "view");
		unit_fails(lx_view_rename(&caller, &to, &from, &error), error, EACCES, "view");
	}
}
END_TEST

START_TEST(a_path_longer_than_a_path_can_be_is_not_made)
{
	viewing_auto viewing;
	LxViewCaller caller;
	g_autofree char *name = g_strnfill(4000, 'n');
	g_autofree char *full = NULL;
	g_autoptr(GError) error = NULL;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_PLAIN);
	full = g_strconcat(name, name, NULL);
	unit_fails(lx_view_mkdir(&caller, plain(&viewing, "memory/box"), full, 0755, &error), error,
		ENAMETOOLONG, "too long");
}
END_TEST

START_TEST(what_is_no_name_leads_nowhere)
{
	static const char *const names[] = {"", ".", "..", "../up", "in/x", "/", "/tmp"};
	viewing_auto viewing;
	LxViewCaller caller;
	g_autoptr(GError) error = NULL;
	LxNode box;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_PLAIN);
	box = plain(&viewing, "memory/box");
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		LxViewName odd = {box, names[i]}, good = {box, "in"};

		unit_fails(lx_view_mkdir(&caller, box, names[i], 0755, &error), error, EINVAL,
			"no name");
		unit_fails(lx_view_rmdir(&caller, box, names[i], &error), error, EINVAL, "no name");
		unit_fails(lx_view_rename(&caller, &odd, &good, &error), error, EINVAL, "no name");
		unit_fails(lx_view_rename(&caller, &good, &odd, &error), error, EINVAL, "no name");
	}
}
END_TEST

START_TEST(owner_and_mode_of_the_topmost_cgroup_are_the_hosts)
{
	static const struct {
		const char *path;
		int code;
	} rows[] = {{"memory/box", EPERM}, {"memory/box/memory.max", EPERM}, {"memory", EPERM},
		{"", EPERM}, {"memory/box/in", 0}, {"memory/box/in/memory.max", 0}};
	LxViewChange mode = {.mode = true, .new_mode = 0700};
	viewing_auto viewing;
	LxViewCaller caller;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_PLAIN);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		bool done = lx_view_change(&caller, plain(&viewing, rows[i].path), &mode, &error);

		ck_assert_msg(done == (rows[i].code == 0), "%s", rows[i].path);
		ck_assert(done || lx_error_code(error) == rows[i].code);
	}
}
END_TEST

START_TEST(truncating_a_file_changes_nothing)
{
	LxViewChange size = {.size = true};
	viewing_auto viewing;
	LxViewCaller caller;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	viewing_init(&viewing);
	caller = viewing_caller(&viewing, VIEWING_PLAIN);
	unit_ok(lx_view_change(&caller, plain(&viewing, "memory/box/in/memory.max"), &size, &error),
		error);
	text = viewing_text(&viewing, "memory/box/in/memory.max");
	ck_assert_str_eq(text, "50\n");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {folders_are_made_renamed_and_removed_within_the_container,
		nothing_changes_above_the_container, what_is_no_name_leads_nowhere,
		a_path_longer_than_a_path_can_be_is_not_made,
		owner_and_mode_of_the_topmost_cgroup_are_the_hosts,
		truncating_a_file_changes_nothing, NULL};

	return unit_suite_new("view/changing", tests);
}
