/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reading.h"

#include "tree/round.h"

#define SEC UINT64_C(1000000000)
#define STAT(tid, state) \
	"proc/" tid "/stat", \
		tid " (a b) c) " state " 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 500 9\n"

static const char *const files[] = {"proc/self/mounts", "none /cg cgroup2 rw 0 0\n",
	"cg/c/cgroup.threads", "11\n12\n13\n", "cg/c/below/cgroup.threads", "14\n", STAT("11", "S"),
	STAT("12", "R"), STAT("13", "D"), STAT("14", "R"), NULL};

static void reading_init(UnitReading *unit, const char *const *host_files)
{
	unit_reading_init(unit, host_files, "/c");
	unit->context.clock = (LxClock){true, 100 * SEC, 1000 * SEC};
	unit->context.history = lx_history_new(NULL, 0, 4);
	unit->context.sweep = lx_sweep_new(unit->context.root, unit->context.layout);
}

static void reading_clear(UnitReading *unit)
{
	lx_sweep_free(unit->context.sweep);
	lx_history_free(unit->context.history);
	unit_reading_clear(unit);
}

static bool sample(UnitReading *unit, LxLoadSample *to)
{
	g_auto(LxRound) round = lx_round_begin(&unit->context);
	LxLoadLook look;

	unit->context.clock.fixed_boottime_nsec += 5 * SEC;
	look = lx_round_counter.look(&unit->container, to, &round);
	if (look == LX_LOAD_CHANGED)
		return lx_round_counter.count(&unit->container, to, &round);
	return look == LX_LOAD_SAME;
}

static void sample_is(UnitReading *unit, LxLoadSample *last, unsigned running, unsigned blocked)
{
	ck_assert(sample(unit, last));
	ck_assert_uint_eq(last->running, running);
	ck_assert_uint_eq(last->blocked, blocked);
}

START_TEST(what_is_sampled_is_running_and_blocked)
{
	UnitReading unit;
	LxLoadSample last = {0};

	reading_init(&unit, files);
	sample_is(&unit, &last, 2, 1);
	ck_assert(!last.has_usage);
	reading_clear(&unit);
}
END_TEST

START_TEST(where_nothing_has_run_nobody_is_counted)
{
	UnitReading unit;
	LxLoadSample last = {0};

	reading_init(&unit, files);
	unit_reading_put(&unit, "cg/c/cpu.stat", "usage_usec 10\n");
	sample_is(&unit, &last, 2, 1);
	/* Blocked; what ran has not used time yet. */
	unit_reading_put(&unit, "cg/c/cgroup.threads", "13\n");
	unit_reading_put(&unit, "cg/c/below/cgroup.threads", "");
	sample_is(&unit, &last, 0, 1);
	unit_reading_put(&unit, "cg/c/cgroup.threads", "11\n");
	sample_is(&unit, &last, 0, 1); /* not counted: no time was used */
	unit_reading_put(&unit, "cg/c/cpu.stat", "usage_usec 11\n");
	sample_is(&unit, &last, 0, 0);
	reading_clear(&unit);
}
END_TEST

START_TEST(a_crowd_that_cannot_be_swept_is_counted_by_its_files)
{
	UnitReading unit;
	LxLoadSample last = {0};

	reading_init(&unit, files);
	unit_reading_put(&unit, "cg/c/pids.current", "100000\n");
	sample_is(&unit, &last, 2, 1);
	reading_clear(&unit);
}
END_TEST

START_TEST(a_task_that_makes_no_sense_is_no_sample)
{
	UnitReading unit;
	LxLoadSample last = {0};

	reading_init(&unit, files);
	unit_reading_put(&unit, "proc/12/stat", "12 (a");
	ck_assert(!sample(&unit, &last));
	reading_clear(&unit);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		what_is_sampled_is_running_and_blocked,
		where_nothing_has_run_nobody_is_counted,
		a_crowd_that_cannot_be_swept_is_counted_by_its_files,
		a_task_that_makes_no_sense_is_no_sample,
		NULL,
	};

	return unit_suite_new("tree/round", tests);
}
