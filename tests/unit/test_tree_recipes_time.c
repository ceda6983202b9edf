/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reading.h"

#include <errno.h>

#define SEC UINT64_C(1000000000)

/* Two of four CPUs, ten seconds old; a reader with a clock of its own. */
static const char *const files[] = {"proc/self/mounts", "none /cg cgroup2 rw 0 0\n", "proc/stat",
	"cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 5 4 3\nctxt 9\nbtime 7\n"
	"processes 99\nprocs_running 9\nprocs_blocked 9\nsoftirq 1 2\n",
	"sys/devices/system/cpu/online", "0-3\n", "cg/c/cpu.max", "150000 100000\n",
	"cg/c/cpuset.cpus.effective", "1-3\n", "cg/c/cpu.stat",
	"usage_usec 12000000\nuser_usec 9000000\nsystem_usec 3000000\nthrottled_usec 1000000\n",
	"cg/c/cgroup.threads", "11\n", "proc/11/stat",
	"11 (a) D 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 500 9\n", "proc/11/status",
	"Tgid:\t11\nPid:\t11\nNSpid:\t11\t42\n", "proc/77/timens_offsets",
	"monotonic           0         0\nboottime      1000         0\n", NULL};

static void reading_init(UnitReading *unit)
{
	unit_reading_init(unit, files, "/c");
	unit->context.clock = (LxClock){true, 100 * SEC, 5000 * SEC};
	unit->context.history = lx_history_new(NULL, 0, 4);
	unit->context.load = lx_load_new(NULL, 0);
	unit->container.start_boottime_nsec = 90 * SEC;
	/* the load average keeps a reference; this one is never the last */
	g_atomic_ref_count_init(&unit->container.references);
}

static void reading_clear(UnitReading *unit)
{
	g_atomic_ref_count_inc(&unit->container.references);
	lx_load_free(unit->context.load);
	lx_history_free(unit->context.history);
	unit_reading_clear(unit);
}

static void shows(UnitReading *unit, LxRecipe recipe, const char *expected)
{
	g_autoptr(GString) text = g_string_new("before ");
	g_autoptr(GError) error = NULL;

	unit_ok(recipe(&unit->reading, text, &error), error);
	ck_assert_str_eq(text->str + strlen("before "), expected);
}

START_TEST(stat_has_the_visible_cpus_and_the_containers_time)
{
	UnitReading unit;

	reading_init(&unit);
	shows(&unit, lx_recipe_stat,
		"cpu  900 0 300 700 0 0 0 100 0 0\n"
		"cpu1 750 0 250 0 0 0 0 0 0 0\n"
		"cpu2 150 0 50 700 0 0 0 100 0 0\n"
		"intr 0 0 0\nctxt 0\nbtime 4990\nprocesses 42\nprocs_running 1\nprocs_blocked 1\n"
		"softirq 0 0\n");
	reading_clear(&unit);
}
END_TEST

START_TEST(cpus_are_renumbered_where_that_is_set)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	UnitReading unit;

	reading_init(&unit);
	unit.context.settings.cpu_numbers = LX_CPU_NUMBERS_RENUMBER;
	unit_ok(lx_recipe_stat(&unit.reading, text, &error), error);
	ck_assert_ptr_nonnull(strstr(text->str, "\ncpu0 750 0 250 0 0 0 0 0 0 0\ncpu1 150 0 50"));
	reading_clear(&unit);
}
END_TEST

START_TEST(uptime_is_the_containers_and_its_idle_time_that_of_stat)
{
	UnitReading unit;

	reading_init(&unit);
	shows(&unit, lx_recipe_uptime, "10.00 7.00\n");
	unit.context.clock.fixed_boottime_nsec += SEC / 2;
	shows(&unit, lx_recipe_uptime, "10.50 8.00\n");
	reading_clear(&unit);
}
END_TEST

START_TEST(a_reader_with_a_clock_of_its_own_is_told_its_own_uptime)
{
	UnitReading unit;

	reading_init(&unit);
	unit.reading.tid = 77;
	shows(&unit, lx_recipe_uptime, "1100.00 7.00\n");
	reading_clear(&unit);
}
END_TEST

START_TEST(loadavg_starts_from_the_tasks_there_are)
{
	UnitReading unit;

	reading_init(&unit);
	shows(&unit, lx_recipe_loadavg, "1.00 1.00 1.00 1/1 42\n");
	ck_assert_uint_eq(lx_load_n_watched(unit.context.load), 1);
	reading_clear(&unit);
}
END_TEST

START_TEST(a_cgroup_that_makes_no_sense_is_an_error)
{
	g_autoptr(GString) text = g_string_new("before");
	g_autoptr(GError) error = NULL;
	g_autofree char *path = NULL;
	UnitReading unit;

	reading_init(&unit);
	path = g_build_filename(unit.folder, "cg/c/cpu.stat", NULL);
	ck_assert(g_file_set_contents(path, "usage_usec many\n", -1, NULL));
	unit_fails(lx_recipe_stat(&unit.reading, text, &error), error, EINVAL,
		"cgroup /c: parsing cpu.stat, line 1");
	unit_fails(lx_recipe_uptime(&unit.reading, text, &error), error, EINVAL, "cpu.stat");
	ck_assert_str_eq(text->str, "before");
	reading_clear(&unit);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		stat_has_the_visible_cpus_and_the_containers_time,
		cpus_are_renumbered_where_that_is_set,
		uptime_is_the_containers_and_its_idle_time_that_of_stat,
		a_reader_with_a_clock_of_its_own_is_told_its_own_uptime,
		loadavg_starts_from_the_tasks_there_are,
		a_cgroup_that_makes_no_sense_is_an_error,
		NULL,
	};

	return unit_suite_new("tree/recipes_time", tests);
}
