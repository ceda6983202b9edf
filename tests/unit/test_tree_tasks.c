/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reading.h"

#include "tree/tasks.h"

#include <errno.h>

#define SEC UINT64_C(1000000000)
#define MOUNTS "proc/self/mounts", "none /cg cgroup2 rw 0 0\n"
/* proc/TID/stat: fields up to the start time (22) and one behind it */
#define STAT(tid, state, start) \
	"proc/" tid "/stat", tid " (a b) c) " state \
				 " 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 " start " 9\n"
#define STATUS(tid, numbers) \
	"proc/" tid "/status", "Name:\ta\nTgid:\t" tid "\nPid:\t" tid "\nNSpid:\t" numbers "\n"

static const char *const files[] = {MOUNTS, "cg/c/cgroup.threads", "11\n12\n13\n99\n",
	"cg/c/below/cgroup.threads", "14\n15\n", STAT("11", "S", "500"), STAT("12", "R", "700"),
	STAT("13", "D", "600"), STAT("14", "R", "700"), STAT("15", "Z", "100"),
	STATUS("14", "14\t7\t4"), STATUS("12", "12\t5"), NULL};

static void reading_init(UnitReading *unit, const char *const *host_files)
{
	unit_reading_init(unit, host_files, "/c");
	unit->context.clock = (LxClock){true, 100 * SEC, 1000 * SEC};
	unit->context.history = lx_history_new(NULL, 0, 4);
}

static void reading_clear(UnitReading *unit)
{
	lx_history_free(unit->context.history);
	unit_reading_clear(unit);
}

static void counts_are(UnitReading *unit, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	LxTaskCounts counts;

	unit_ok(lx_tasks_count(&unit->context, &unit->container, &counts, &error), error);
	text = g_strdup_printf("%u running, %u blocked, %u in all, %d the newest", counts.running,
		counts.blocked, counts.total, (int)counts.newest);
	ck_assert_str_eq(text, expected);
}

START_TEST(states_are_counted_and_the_newest_is_numbered_as_the_container_does)
{
	UnitReading unit;

	reading_init(&unit, files);
	counts_are(&unit, "2 running, 1 blocked, 5 in all, 4 the newest");
	reading_clear(&unit);
}
END_TEST

START_TEST(the_kernels_own_count_is_the_total)
{
	UnitReading unit;

	reading_init(&unit, files);
	unit_reading_put(&unit, "cg/c/pids.current", "78\n");
	counts_are(&unit, "2 running, 1 blocked, 78 in all, 4 the newest");
	reading_clear(&unit);
}
END_TEST

START_TEST(a_count_is_used_for_a_second)
{
	UnitReading unit;

	reading_init(&unit, files);
	counts_are(&unit, "2 running, 1 blocked, 5 in all, 4 the newest");
	unit_reading_put(&unit, "cg/c/cgroup.threads", "12\n");
	unit_reading_put(&unit, "cg/c/below/cgroup.threads", "");
	unit.context.clock.fixed_boottime_nsec += SEC - 1;
	counts_are(&unit, "2 running, 1 blocked, 5 in all, 4 the newest");
	unit.context.clock.fixed_boottime_nsec += 1;
	counts_are(&unit, "1 running, 0 blocked, 1 in all, 5 the newest");
	reading_clear(&unit);
}
END_TEST

START_TEST(a_container_without_tasks_has_none)
{
	static const char *const empty[] = {MOUNTS, "cg/c/cgroup.threads", "", NULL};
	UnitReading unit;

	reading_init(&unit, empty);
	counts_are(&unit, "0 running, 0 blocked, 0 in all, 0 the newest");
	reading_clear(&unit);
}
END_TEST

START_TEST(a_task_that_makes_no_sense_cannot_be_counted)
{
	g_autoptr(GError) error = NULL;
	UnitReading unit;
	LxTaskCounts counts;

	reading_init(&unit, files);
	unit_reading_put(&unit, "proc/12/stat", "12 (a");
	unit_fails(lx_tasks_count(&unit.context, &unit.container, &counts, &error), error, EINVAL,
		"12/stat");
	reading_clear(&unit);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		states_are_counted_and_the_newest_is_numbered_as_the_container_does,
		the_kernels_own_count_is_the_total,
		a_count_is_used_for_a_second,
		a_container_without_tasks_has_none,
		a_task_that_makes_no_sense_cannot_be_counted,
		NULL,
	};

	return unit_suite_new("tree/tasks", tests);
}
