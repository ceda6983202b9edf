/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/effective.h"

#include "unit.h"

#define MAX_LEVELS 3

/* The first level is the cgroup's own; "limit/period" where the period is in another file. */
static const struct {
	const char *name;
	const char *levels[MAX_LEVELS];
	const char *expected;
} rows[] = {
	{"memory.max", {"max\n", "max\n", "max\n"}, "max\n"},
	{"memory.max", {"max\n", "1000\n", "500\n"}, "500\n"},
	{"memory.max", {"100\n", "1000\n", "max\n"}, "100\n"},
	{"memory.max", {"max\n", "rubbish\n", ""}, "max\n"},
	{"memory.max", {"rubbish\n", "5\n", "5\n"}, "rubbish\n"},
	{"memory.max", {"0\n", "max\n", "max\n"}, "0\n"},
	{"memory.max", {"18446744073709551614\n", "max\n", "max\n"}, "18446744073709551614\n"},
	{"memory.limit_in_bytes", {"9223372036854771712\n", "67108864\n", "max\n"}, "67108864\n"},
	{"pids.max", {"max\n", "12\n", "max\n"}, "12\n"},
	{"cpu.max", {"max 100000\n", "50000 100000\n", "100000 50000\n"}, "50000 100000\n"},
	{"cpu.max", {"20000 10000\n", "150000 100000\n", "max 100000\n"}, "150000 100000\n"},
	{"cpu.max", {"max 100000\n", "max 5000\n", "1 0\n"}, "max 100000\n"},
	{"cpu.max", {"max\n", "1 2\n", "1 2\n"}, "max\n"},
	{"cpu.cfs_quota_us", {"-1\n/50000\n", "100000\n/100000\n", "-1\n/100000\n"}, "50000\n"},
	{"cpu.cfs_quota_us", {"-1\n/50000\n", "-1\n/100000\n", "-1\n/1\n"}, "-1\n"},
	{"cpu.cfs_quota_us", {"5000\n/10000\n", "60000\n/100000\n", "-1\n/1\n"}, "5000\n"},
};

START_TEST(the_tightest_level_holds)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxEffectiveLevel levels[MAX_LEVELS];
		g_autoptr(GString) out = g_string_new(NULL);

		for (unsigned k = 0; k < MAX_LEVELS; k++) {
			LxSlice rest = lx_slice(rows[i].levels[k]);

			levels[k] = (LxEffectiveLevel){.limit = rest};
			if (lx_scan_until(&rest, '/', &levels[k].limit))
				levels[k].period = rest;
		}
		lx_effective_append(lx_effective_of(rows[i].name), levels, MAX_LEVELS, out);
		ck_assert_str_eq(out->str, rows[i].expected);
	}
}
END_TEST

START_TEST(what_is_no_limit_is_left_alone)
{
	static const char *const names[] = {"memory.current", "cgroup.procs", "cpu.max.burst",
		"cpuset.cpus.effective", "cpu.cfs_period_us", ""};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		ck_assert_int_eq(lx_effective_of(names[i]), LX_EFFECTIVE_NOT);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_tightest_level_holds, what_is_no_limit_is_left_alone, NULL};

	return unit_suite_new("cgroup/effective", tests);
}
