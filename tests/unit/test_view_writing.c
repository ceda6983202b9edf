/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "viewing.h"

/* The errno of a write; 0: it was done. */
static int written(const Viewing *viewing, pid_t tid, const char *path)
{
	LxViewCaller caller = viewing_caller(viewing, tid);
	g_autoptr(GError) error = NULL;

	if (lx_view_write(&caller, viewing_node(viewing, tid, path), "7", 1, &error))
		return 0;
	return lx_error_code(error);
}

START_TEST(the_limits_of_the_topmost_cgroup_are_the_hosts)
{
	static const struct {
		pid_t tid;
		const char *path;
		int code;
	} rows[] = {
		{VIEWING_PLAIN, "memory/box/memory.max", EPERM},
		{VIEWING_PLAIN, "memory/box/in/memory.max", 0},
		{VIEWING_PLAIN, "memory/box/tasks", 0},
		{VIEWING_PLAIN, "memory/box/in/release_agent", EPERM},
		{VIEWING_ROOTED, "memory/memory.max", EPERM},
		{VIEWING_ROOTED, "memory/in/memory.max", 0},
		{VIEWING_NESTED, "memory/box/in/memory.max", EPERM},
		{VIEWING_HOST, "memory/box/memory.max", 0},
		{VIEWING_PLAIN, "memory/box/in", EISDIR},
	};
	viewing_auto viewing;

	viewing_init(&viewing);
	viewing_write(&viewing, "memory/box/tasks", "");
	viewing_write(&viewing, "memory/box/in/release_agent", "");
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int code = written(&viewing, rows[i].tid, rows[i].path);

		ck_assert_msg(code == rows[i].code, "task %d, %s: %d", (int)rows[i].tid,
			rows[i].path, code);
	}
}
END_TEST

START_TEST(what_is_refused_changes_nothing)
{
	viewing_auto viewing;
	g_autofree char *text = NULL;

	viewing_init(&viewing);
	ck_assert_int_eq(written(&viewing, VIEWING_PLAIN, "memory/box/memory.max"), EPERM);
	text = viewing_text(&viewing, "memory/box/memory.max");
	ck_assert_str_eq(text, "100\n");
}
END_TEST

static LxViewEffect effect(const Viewing *viewing, const char *path)
{
	LxViewCaller caller = viewing_caller(viewing, VIEWING_PLAIN);

	return lx_view_effect(&caller, viewing_node(viewing, VIEWING_PLAIN, path));
}

START_TEST(what_writing_does_is_told_by_the_file)
{
	viewing_auto viewing;
	LxViewCaller caller;

	viewing_init(&viewing);
	viewing_write(&viewing, "memory/box/in/cgroup.kill", "");
	viewing_write(&viewing, "memory/box/in/cpu.pressure", "");
	ck_assert_int_eq(effect(&viewing, "memory/box/in/cgroup.kill"), LX_VIEW_ACTS);
	ck_assert_int_eq(effect(&viewing, "memory/box/in/cpu.pressure"), LX_VIEW_TRIGGERS);
	ck_assert_int_eq(effect(&viewing, "memory/box/in/memory.max"), LX_VIEW_SETS);
	caller = viewing_caller(&viewing, VIEWING_PLAIN);
	ck_assert_int_eq(lx_view_effect(&caller, LX_VIEW_ROOT), LX_VIEW_NOTHING);
	caller = viewing_caller(&viewing, VIEWING_NESTED);
	ck_assert_int_eq(lx_view_effect(&caller,
				 viewing_node(&viewing, VIEWING_PLAIN, "memory/box/memory.max")),
		LX_VIEW_NOTHING);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {the_limits_of_the_topmost_cgroup_are_the_hosts,
		what_is_refused_changes_nothing, what_writing_does_is_told_by_the_file, NULL};

	return unit_suite_new("view/writing", tests);
}
