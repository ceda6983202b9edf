/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "viewing.h"

static void check_text(const Viewing *viewing, const char *path, const char *expected)
{
	LxViewCaller caller = viewing_caller(viewing, VIEWING_NESTED);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	unit_ok(lx_view_read(&caller, viewing_node(viewing, VIEWING_NESTED, path), text, &error),
		error);
	ck_assert_str_eq(text->str, expected);
}

START_TEST(a_limit_above_that_the_caller_does_not_see_holds)
{
	viewing_auto viewing;

	viewing_init(&viewing);
	viewing_write(&viewing, "memory/box/memory.max", "40\n");
	viewing_write(&viewing, "memory/box/in/pids.max", "max\n");
	viewing_write(&viewing, "cpu/box/cpu.cfs_quota_us", "50000\n");
	viewing_write(&viewing, "cpu/box/cpu.cfs_period_us", "100000\n");
	viewing_write(&viewing, "cpu/box/in/cpu.cfs_quota_us", "-1\n");
	viewing_write(&viewing, "cpu/box/in/cpu.cfs_period_us", "20000\n");
	check_text(&viewing, "memory/box/in/memory.max", "50\n");
	viewing.view->effective = true;
	check_text(&viewing, "memory/box/in/memory.max", "40\n");
	check_text(&viewing, "memory/box/in/pids.max", "max\n");
	check_text(&viewing, "cpu/box/in/cpu.cfs_quota_us", "10000\n");
	check_text(&viewing, "cpu/box/in/cgroup.procs", "14\n");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {a_limit_above_that_the_caller_does_not_see_holds, NULL};

	return unit_suite_new("view/limits", tests);
}
