/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "base/number.h"
#include "cgroup/cpu.h"

#include <errno.h>

#define EVERYTHING \
	(LX_CPU_LIMIT_CPUS | LX_CPU_LIMIT_MEMS | LX_CPU_LIMIT_QUOTA | LX_CPU_LIMIT_SHARES)

#define V2 "proc/self/mounts", "none /cg cgroup2 rw 0 0\n"
#define V1 \
	"proc/self/mounts", "none /cg/cpu cgroup rw,cpu,cpuacct 0 0\n" \
			    "none /cg/cpuset cgroup rw,cpuset 0 0\n"

/* The limits of /a/b on a host made of `files`. */
static bool read_limits(const char *const *files, unsigned wanted, LxCpuLimits *out, GError **error)
{
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxLayout) layout = lx_layout_new(root, NULL);
	g_autoptr(LxLevels) levels = lx_levels_new(root, layout);
	g_auto(LxMembership) membership = {{NULL}};
	g_autoptr(LxCgroup) cgroup = NULL;

	for (unsigned i = 0; i < layout->n_hierarchies; i++)
		membership.paths[i] = g_strdup("/a/b");
	cgroup = lx_cgroup_new(levels, layout, &membership, error);
	return cgroup && lx_cgroup_read_cpu_limits(cgroup, wanted, out, error);
}

static void check_set(const LxCpuset *set, const char *list)
{
	g_autoptr(GString) text = g_string_new(NULL);

	lx_cpuset_append_list(set, text);
	ck_assert_str_eq(text->str, list);
}

START_TEST(v2_limits_are_the_minimum_over_the_levels_and_sets_the_nearest)
{
	static const char *const files[] = {V2, "cg/a/cpu.max", "150000 100000\n",
		"cg/a/cpuset.cpus.effective", "0-7\n", "cg/a/cpuset.mems.effective", "0-1\n",
		"cg/a/b/cpu.max", "200000 100000\n", "cg/a/b/cpu.weight", "250\n",
		"cg/a/b/cpuset.cpus.effective", "2-3\n", NULL};
	g_autoptr(GError) error = NULL;
	LxCpuLimits limits;

	unit_ok(read_limits(files, EVERYTHING, &limits, &error), error);
	ck_assert(limits.have_quota);
	ck_assert_uint_eq(limits.quota.quota_usec, 150000);
	ck_assert(limits.have_cpus && limits.have_mems && limits.have_shares);
	check_set(&limits.cpus, "2-3");
	check_set(&limits.mems, "0-1");
	ck_assert_uint_eq(limits.shares_mcpu, 2500);
}
END_TEST

START_TEST(v1_limits_lie_in_two_hierarchies)
{
	static const char *const files[] = {V1, "cg/cpu/a/cpu.cfs_quota_us", "-1\n",
		"cg/cpu/a/b/cpu.cfs_quota_us", "50000\n", "cg/cpu/a/b/cpu.cfs_period_us", "20000\n",
		"cg/cpu/a/b/cpu.shares", "1025\n", "cg/cpuset/a/b/cpuset.effective_cpus", "1,3\n",
		"cg/cpuset/a/b/cpuset.mems", "\n", "cg/cpuset/a/cpuset.mems", "1\n", NULL};
	g_autoptr(GError) error = NULL;
	LxCpuLimits limits;

	unit_ok(read_limits(files, EVERYTHING, &limits, &error), error);
	ck_assert(limits.have_quota);
	ck_assert_uint_eq(limits.quota.quota_usec, 50000);
	ck_assert_uint_eq(limits.quota.period_usec, 20000);
	ck_assert_uint_eq(limits.shares_mcpu, 1001);
	check_set(&limits.cpus, "1,3");
	check_set(&limits.mems, "1");
}
END_TEST

START_TEST(an_old_v1_kernel_without_effective_sets_has_the_nearest_set_that_is_not_empty)
{
	static const char *const files[] = {V1, "cg/cpu/a/b/tasks", "", "cg/cpuset/a/cpuset.cpus",
		"0-2\n", "cg/cpuset/a/b/cpuset.cpus", "\n", NULL};
	g_autoptr(GError) error = NULL;
	LxCpuLimits limits;

	unit_ok(read_limits(files, EVERYTHING, &limits, &error), error);
	ck_assert(
		limits.have_cpus && !limits.have_mems && !limits.have_quota && !limits.have_shares);
	check_set(&limits.cpus, "0-2");
}
END_TEST

START_TEST(what_is_unlimited_or_not_there_is_absent)
{
	static const char *const files[] = {V2, "cg/a/b/cpu.max", "max 100000\n", NULL};
	g_autoptr(GError) error = NULL;
	LxCpuLimits limits;

	unit_ok(read_limits(files, EVERYTHING, &limits, &error), error);
	ck_assert(!limits.have_cpus && !limits.have_mems && !limits.have_quota &&
		  !limits.have_shares);
}
END_TEST

START_TEST(what_is_not_asked_for_is_not_read)
{
	static const char *const files[] = {V2, "cg/a/b/cpu.max", "garbage\n", "cg/a/b/cpu.weight",
		"garbage\n", "cg/a/b/cpuset.mems.effective", "garbage\n",
		"cg/a/b/cpuset.cpus.effective", "5\n", NULL};
	g_autoptr(GError) error = NULL;
	LxCpuLimits limits;

	unit_ok(read_limits(files, LX_CPU_LIMIT_CPUS, &limits, &error), error);
	check_set(&limits.cpus, "5");
}
END_TEST

START_TEST(garbage_names_the_file_and_the_cgroup)
{
	static const char *const quota[] = {V2, "cg/a/b/cpu.max", "lots\n", NULL};
	static const char *const set[] = {V2, "cg/a/b/cpuset.cpus.effective", "3-1\n", NULL};
	g_autoptr(GError) error = NULL;
	LxCpuLimits limits = {.shares_mcpu = 42};

	unit_fails(read_limits(quota, EVERYTHING, &limits, &error), error, EINVAL,
		"cgroup /a/b: parsing cpu.max");
	unit_fails(read_limits(set, EVERYTHING, &limits, &error), error, EINVAL,
		"cgroup /a/b: parsing cpuset.cpus.effective");
	ck_assert_uint_eq(limits.shares_mcpu, 42);
}
END_TEST

START_TEST(a_period_of_nothing_is_no_limit)
{
	static const char *const files[] = {V2, "cg/a/b/cpu.max", "100 0\n", NULL};
	g_autoptr(GError) error = NULL;
	LxCpuLimits limits;

	unit_ok(read_limits(files, EVERYTHING, &limits, &error), error);
	ck_assert(!limits.have_quota);
}
END_TEST

START_TEST(fractions_are_compared_exactly)
{
	static const struct {
		LxCpuQuota quota, than;
		bool tighter;
	} rows[] = {
		{{100000, 100000}, {200000, 100000}, true},
		{{100000, 50000}, {150000, 100000}, false},
		{{1, 3}, {33333, 100000}, false},
		{{33333, 100000}, {1, 3}, true},
		{{1, 2}, {2, 4}, false},
		{{UINT64_MAX - 1, UINT64_MAX}, {UINT64_MAX, UINT64_MAX}, true},
		{{UINT64_MAX, 1}, {UINT64_MAX - 1, 1}, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		ck_assert_msg(
			lx_cpu_quota_is_tighter(&rows[i].quota, &rows[i].than) == rows[i].tighter,
			"row %zu", i);
}
END_TEST

START_TEST(cpu_max_is_two_numbers_or_max_and_a_number)
{
	static const struct {
		const char *text;
		uint64_t quota, period;
	} good[] = {
		{"max 100000\n", LX_UNLIMITED, 100000},
		{"50000 100000\n", 50000, 100000},
		{"50000 100000", 50000, 100000},
		{"50000 100000 7\n", 50000, 100000},
		{"99999999999999999999999 1\n", UINT64_MAX, 1},
	};
	static const char *const bad[] = {
		"", "\n", "max\n", "50000\n", "-1 100000\n", "50000 x\n", "maximum 1\n"};
	g_autoptr(GError) error = NULL;
	LxCpuQuota quota;

	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		unit_ok(lx_cpu_max_parse(lx_slice(good[i].text), "cpu.max", &quota, &error), error);
		ck_assert_uint_eq(quota.quota_usec, good[i].quota);
		ck_assert_uint_eq(quota.period_usec, good[i].period);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		unit_fails(lx_cpu_max_parse(lx_slice(bad[i]), "cpu.max", &quota, &error), error,
			EINVAL, "cpu.max");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		v2_limits_are_the_minimum_over_the_levels_and_sets_the_nearest,
		v1_limits_lie_in_two_hierarchies,
		an_old_v1_kernel_without_effective_sets_has_the_nearest_set_that_is_not_empty,
		what_is_unlimited_or_not_there_is_absent,
		what_is_not_asked_for_is_not_read,
		garbage_names_the_file_and_the_cgroup,
		a_period_of_nothing_is_no_limit,
		fractions_are_compared_exactly,
		cpu_max_is_two_numbers_or_max_and_a_number,
		NULL,
	};

	return unit_suite_new("cgroup/cpu", tests);
}
