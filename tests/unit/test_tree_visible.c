/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reading.h"

#include "tree/visible.h"

#include <errno.h>

static const char *const host_files[] = {"proc/self/mounts", "none /cg cgroup2 rw 0 0\n",
	"sys/devices/system/cpu/online", "0-5\n", "sys/devices/system/node/online", "0-1\n",
	"cg/c/cpu.max", "150000 100000\n", "cg/c/cpuset.cpus.effective", "3-9\n", "cg/c/cpu.weight",
	"300\n", "cg/c/cpuset.mems.effective", "1\n", NULL};

static void check_visible(const LxReading *reading, const char *list)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	LxCpuset visible;

	unit_ok(lx_visible_cpus(reading, &visible, &error), error);
	lx_cpuset_append_list(&visible, text);
	ck_assert_str_eq(text->str, list);
}

START_TEST(the_setting_says_which_limits_count)
{
	static const char *const lists[] = {
		[LX_CPU_VIEW_QUOTA] = "3-4",
		[LX_CPU_VIEW_CPUSET] = "3-5",
		[LX_CPU_VIEW_SHARES] = "3-5",
		[LX_CPU_VIEW_HOST] = "0-5",
	};
	UnitReading unit;

	unit_reading_init(&unit, host_files, "/c");
	for (unsigned view = 0; view < G_N_ELEMENTS(lists); view++) {
		unit.context.settings.cpu_view = (LxCpuView)view;
		check_visible(&unit.reading, lists[view]);
	}
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(the_host_and_nobody_see_all_that_is_online)
{
	UnitReading unit;

	unit_reading_init(&unit, host_files, NULL);
	check_visible(&unit.reading, "0-5");
	unit.reading.container = NULL;
	check_visible(&unit.reading, "0-5");
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(numbers_are_real_unless_the_setting_counts_from_0)
{
	UnitReading unit;
	LxCpuset visible;

	unit_reading_init(&unit, host_files, "/c");
	ck_assert(lx_visible_cpus(&unit.reading, &visible, NULL));
	ck_assert_uint_eq(lx_visible_number(&unit.reading, &visible, 4), 4);
	unit.context.settings.cpu_numbers = LX_CPU_NUMBERS_RENUMBER;
	ck_assert_uint_eq(lx_visible_number(&unit.reading, &visible, 4), 1);
	unit.container.is_host = true;
	ck_assert_uint_eq(lx_visible_number(&unit.reading, &visible, 4), 4);
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(nodes_are_those_that_the_cpuset_allows)
{
	g_autoptr(GError) error = NULL;
	UnitReading unit;
	LxCpuset online, allowed;

	unit_reading_init(&unit, host_files, "/c");
	unit_ok(lx_visible_nodes(&unit.reading, &online, &allowed, &error), error);
	ck_assert(lx_cpuset_count(&online) == 2 && lx_cpuset_count(&allowed) == 1 &&
		  lx_cpuset_has(&allowed, 1));
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(a_host_without_numa_has_no_nodes)
{
	static const char *const files[] = {
		"proc/self/mounts", "none /cg cgroup2 rw 0 0\n", "cg/c/cgroup.procs", "", NULL};
	g_autoptr(GError) error = NULL;
	UnitReading unit;
	LxCpuset online, allowed;

	unit_reading_init(&unit, files, "/c");
	unit_ok(lx_visible_nodes(&unit.reading, &online, &allowed, &error), error);
	ck_assert(lx_cpuset_count(&online) == 0 && lx_cpuset_count(&allowed) == 0);
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(a_container_that_has_gone_is_an_error_and_not_the_host)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *cgroup = NULL;
	UnitReading unit;
	LxCpuset visible;

	unit_reading_init(&unit, host_files, "/c");
	cgroup = g_build_filename(unit.folder, "cg/c", NULL);
	unit_folder_free(g_steal_pointer(&cgroup));
	unit_fails(lx_visible_cpus(&unit.reading, &visible, &error), error, ENOENT, "/c");
	unit_reading_clear(&unit);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_setting_says_which_limits_count,
		the_host_and_nobody_see_all_that_is_online,
		numbers_are_real_unless_the_setting_counts_from_0,
		nodes_are_those_that_the_cpuset_allows,
		a_host_without_numa_has_no_nodes,
		a_container_that_has_gone_is_an_error_and_not_the_host,
		NULL,
	};

	return unit_suite_new("tree/visible", tests);
}
