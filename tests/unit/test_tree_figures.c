/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reading.h"

#include "tree/figures.h"

#include <errno.h>

#define SEC UINT64_C(1000000000)
#define MIB (UINT64_C(1) << 20)
#define PSI(avg) "some avg10=" avg " avg60=0.00 avg300=0.00 total=5\n"
#define STAT(tid, state) \
	"proc/" tid "/stat", \
		tid " (a) " state " 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 500 9\n"
#define HOST \
	"proc/self/mounts", "none /cg cgroup2 rw 0 0\n", "proc/meminfo", \
		"MemTotal:        8388608 kB\nMemFree:         6000000 kB\n" \
		"MemAvailable:    7000000 kB\nSwapTotal:       2097152 kB\n" \
		"SwapFree:        2097152 kB\n", \
		"sys/devices/system/cpu/online", "0-5\n"

static const char *const files[] = {HOST, "cg/c/memory.max", "268435456\n", "cg/c/memory.current",
	"104857600\n", "cg/c/memory.stat", "anon 41943040\ninactive_file 10485760\n",
	"cg/c/memory.swap.max", "134217728\n", "cg/c/memory.swap.current", "1048576\n",
	"cg/c/cpu.max", "150000 100000\n", "cg/c/cpu.stat", "usage_usec 7000\nuser_usec 1\n",
	"cg/c/io.stat", "8:0 rbytes=10 wbytes=20\n8:16 rbytes=1 wbytes=2\n", "cg/c/cpu.pressure",
	PSI("1.50") "full avg10=0.25 avg60=0.00 avg300=0.00 total=1\n", "cg/c/memory.pressure",
	PSI("2.00"), "cg/c/io.pressure", PSI("100.00"), "cg/c/cgroup.threads", "11\n12\n13\n",
	STAT("11", "S"), STAT("12", "R"), STAT("13", "D"), NULL};

static void reading_init(UnitReading *unit, const char *const *host_files)
{
	unit_reading_init(unit, host_files, "/c");
	g_atomic_ref_count_init(&unit->container.references); /* load averages keep one, too */
	unit->context.settings.swap = true;
	unit->context.clock = (LxClock){true, 100 * SEC, 1000 * SEC};
	unit->context.history = lx_history_new(NULL, 0, 6);
	unit->context.load = lx_load_new(NULL, 0);
}

static void reading_clear(UnitReading *unit)
{
	lx_load_free(unit->context.load);
	lx_history_free(unit->context.history);
	unit_reading_clear(unit);
}

START_TEST(every_figure_is_read_from_the_containers_own_cgroup)
{
	UnitReading unit;
	g_autoptr(GError) error = NULL;
	LxFigures got;

	reading_init(&unit, files);
	unit_ok(lx_figures_read(&unit.reading, LX_FIGURES_ALL, &got, &error), error);
	ck_assert_uint_eq(got.have, LX_FIGURES_ALL);
	ck_assert_uint_eq(got.n_cpus, 2);
	ck_assert(got.memory_limited);
	ck_assert_uint_eq(got.memory_bytes, 256 * MIB);
	ck_assert_uint_eq(got.memory_free_bytes, 156 * MIB);
	ck_assert_uint_eq(got.memory_available_bytes, 166 * MIB);
	ck_assert_uint_eq(got.swap_bytes, 128 * MIB);
	ck_assert_uint_eq(got.swap_free_bytes, 127 * MIB);
	ck_assert_uint_eq(got.tasks, 3);
	ck_assert_uint_eq(got.tasks_running, 1);
	ck_assert_uint_eq(got.load_hundredths[0], 200);
	ck_assert_uint_eq(got.load_hundredths[2], 200);
	ck_assert_uint_eq(got.cpu_nsec, 7000000);
	ck_assert_uint_eq(got.cpu_pressure.some, 150);
	ck_assert_uint_eq(got.cpu_pressure.full, 25);
	ck_assert_uint_eq(got.memory_pressure.some, 200);
	ck_assert_uint_eq(got.io_pressure.some, 10000);
	ck_assert_uint_eq(got.read_bytes, 11);
	ck_assert_uint_eq(got.written_bytes, 22);
	reading_clear(&unit);
}
END_TEST

START_TEST(memory_is_what_meminfo_says)
{
	UnitReading unit;
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) meminfo = g_string_new(NULL);
	g_autofree char *expected = NULL;
	LxFigures got;

	reading_init(&unit, files);
	unit_ok(lx_figures_read(&unit.reading, LX_FIGURE_MEMORY, &got, &error), error);
	unit_ok(lx_recipe_meminfo(&unit.reading, meminfo, &error), error);
	expected = g_strdup_printf("MemTotal:       %8u kB\nMemFree:        %8u kB\n"
				   "MemAvailable:   %8u kB\nSwapTotal:      %8u kB\n"
				   "SwapFree:       %8u kB\n",
		(unsigned)(got.memory_bytes / 1024), (unsigned)(got.memory_free_bytes / 1024),
		(unsigned)(got.memory_available_bytes / 1024), (unsigned)(got.swap_bytes / 1024),
		(unsigned)(got.swap_free_bytes / 1024));
	ck_assert_str_eq(meminfo->str, expected);
	reading_clear(&unit);
}
END_TEST

START_TEST(without_a_limit_the_machine_is_the_memory)
{
	static const char *const unlimited[] = {
		HOST, "cg/c/memory.max", "max\n", "cg/c/memory.current", "1048576\n", NULL};
	UnitReading unit;
	g_autoptr(GError) error = NULL;
	LxFigures got;

	reading_init(&unit, unlimited);
	unit_ok(lx_figures_read(&unit.reading, LX_FIGURE_MEMORY, &got, &error), error);
	ck_assert(!got.memory_limited);
	ck_assert_uint_eq(got.memory_bytes, 8192 * MIB);
	reading_clear(&unit);
}
END_TEST

START_TEST(what_is_not_wanted_is_not_read)
{
	static const char *const no_memory[] = {"proc/self/mounts", "none /cg cgroup2 rw 0 0\n",
		"cg/c/cpu.stat", "usage_usec 7\n", NULL};
	UnitReading unit;
	g_autoptr(GError) error = NULL;
	LxFigures got;

	reading_init(&unit, no_memory);
	unit_ok(lx_figures_read(&unit.reading, LX_FIGURE_CPU_TIME, &got, &error), error);
	ck_assert_uint_eq(got.have, LX_FIGURE_CPU_TIME);
	unit_fails(lx_figures_read(&unit.reading, LX_FIGURE_MEMORY, &got, &error), error, ENOENT,
		"meminfo");
	ck_assert_uint_eq(got.cpu_nsec, 7000);
	reading_clear(&unit);
}
END_TEST

START_TEST(what_the_kernel_does_not_count_is_absent_and_0)
{
	static const char *const bare[] = {
		HOST, "cg/c/cgroup.threads", "", "cg/c/cpu.pressure", PSI("9.00"), NULL};
	unsigned wanted = LX_FIGURE_CPU_TIME | LX_FIGURE_PRESSURE | LX_FIGURE_IO | LX_FIGURE_TASKS;
	UnitReading unit;
	g_autoptr(GError) error = NULL;
	LxFigures got;

	reading_init(&unit, bare);
	unit_ok(lx_figures_read(&unit.reading, wanted, &got, &error), error);
	ck_assert_uint_eq(got.have, LX_FIGURE_TASKS);
	ck_assert_uint_eq(got.cpu_pressure.some, 0);
	reading_clear(&unit);
}
END_TEST

START_TEST(nonsense_is_an_error_and_touches_nothing)
{
	static const char *const nonsense[] = {HOST, "cg/c/cpu.pressure", "some avg10=lots\n",
		"cg/c/memory.pressure", PSI("0.00"), "cg/c/io.pressure", PSI("0.00"), NULL};
	UnitReading unit;
	g_autoptr(GError) error = NULL;
	LxFigures got = {.n_cpus = 42};

	reading_init(&unit, nonsense);
	unit_fails(lx_figures_read(&unit.reading, LX_FIGURE_PRESSURE, &got, &error), error, EINVAL,
		"avg10");
	ck_assert_uint_eq(got.n_cpus, 42);
	reading_clear(&unit);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		every_figure_is_read_from_the_containers_own_cgroup,
		memory_is_what_meminfo_says,
		without_a_limit_the_machine_is_the_memory,
		what_is_not_wanted_is_not_read,
		what_the_kernel_does_not_count_is_absent_and_0,
		nonsense_is_an_error_and_touches_nothing,
		NULL,
	};

	return unit_suite_new("tree/figures", tests);
}
