/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "base/number.h"
#include "model/cpus.h"

static LxCpuset parsed(const char *list)
{
	LxCpuset set;

	ck_assert(lx_cpuset_parse(lx_slice(list), "test", &set, NULL));
	return set;
}

static void check_set(const LxCpuset *set, const char *list)
{
	g_autoptr(GString) text = g_string_new(NULL);

	lx_cpuset_append_list(set, text);
	ck_assert_str_eq(text->str, list);
}

/* cpus NULL and quota 0 are absent. */
static LxCpuLimits limits_of(const char *cpus, uint64_t quota, uint64_t period)
{
	LxCpuLimits limits = {.have_cpus = cpus != NULL, .have_quota = quota > 0};

	if (cpus)
		limits.cpus = parsed(cpus);
	limits.quota = (LxCpuQuota){quota, period};
	return limits;
}

START_TEST(the_first_n_of_the_set_are_seen_under_their_real_numbers)
{
	static const struct {
		const char *online, *cpus;
		uint64_t quota, period;
		const char *visible;
	} rows[] = {
		{"0-7", NULL, 0, 0, "0-7"},
		{"0-7", NULL, 200000, 100000, "0-1"},
		{"0-7", NULL, 150000, 100000, "0-1"},
		{"0-7", NULL, 100001, 100000, "0-1"},
		{"0-7", NULL, 100000, 100000, "0"},
		{"0-7", NULL, 1000, 100000, "0"},
		{"0-7", NULL, 1, UINT64_MAX, "0"},
		{"0-7", NULL, UINT64_MAX - 1, 1, "0-7"},
		{"0-7", "2,4,6", 0, 0, "2,4,6"},
		{"0-7", "2,4,6", 200000, 100000, "2,4"},
		{"0-3", "2,4,6", 200000, 100000, "2"},
		{"0,2-7", NULL, 200000, 100000, "0,2"},
		{"0-3", "4-5", 200000, 100000, "0-1"},
		{"0-255", "1,3,5,200-255", 5000000, 100000, "1,3,5,200-246"},
		{"", "4-5", 200000, 100000, "0"},
		{"", NULL, 0, 0, "0"},
		{"8191", NULL, 0, 0, "8191"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxCpuLimits limits = limits_of(rows[i].cpus, rows[i].quota, rows[i].period);
		LxCpuset online = parsed(rows[i].online);
		LxCpuset visible = lx_cpus_visible(&limits, &online, LX_CPU_VIEW_QUOTA);

		check_set(&visible, rows[i].visible);
	}
}
END_TEST

START_TEST(each_view_looks_at_its_own_limits)
{
	static const struct {
		LxCpuView view;
		uint64_t shares;
		const char *visible;
	} rows[] = {
		{LX_CPU_VIEW_QUOTA, 2001, "2"},
		{LX_CPU_VIEW_CPUSET, 2001, "2-6"},
		{LX_CPU_VIEW_HOST, 2001, "0-7"},
		{LX_CPU_VIEW_SHARES, 0, "2"},
		{LX_CPU_VIEW_SHARES, 1000, "2"},
		{LX_CPU_VIEW_SHARES, 2001, "2-4"},
		{LX_CPU_VIEW_SHARES, UINT64_MAX, "2-6"},
	};
	LxCpuset online = parsed("0-7");

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxCpuLimits limits = limits_of("2-6", 100000, 100000);
		LxCpuset visible;

		limits.have_shares = true;
		limits.shares_mcpu = rows[i].shares;
		visible = lx_cpus_visible(&limits, &online, rows[i].view);
		check_set(&visible, rows[i].visible);
	}
}
END_TEST

static LxCpuset random_set(GRand *random, unsigned end)
{
	LxCpuset set = {0};

	for (unsigned n = (unsigned)g_rand_int_range(random, 0, 20); n > 0; n--)
		lx_cpuset_add(&set, (unsigned)g_rand_int_range(random, 0, (gint32)end));
	return set;
}

START_TEST(the_visible_set_is_never_empty_never_foreign_and_never_larger_than_the_quota)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(1);

	for (unsigned i = 0; i < 20000; i++) {
		LxCpuset online = random_set(random, 40);
		LxCpuLimits limits = {.have_cpus = g_rand_boolean(random), .have_quota = true};
		LxCpuset both, visible, common;
		uint64_t most;

		limits.cpus = random_set(random, 40);
		limits.quota.quota_usec = g_rand_int(random) >> g_rand_int_range(random, 0, 32);
		limits.quota.period_usec =
			1 + (g_rand_int(random) >> g_rand_int_range(random, 0, 32));
		both = limits.have_cpus ? lx_cpuset_and(&limits.cpus, &online) : online;
		visible = lx_cpus_visible(&limits, &online, LX_CPU_VIEW_QUOTA);
		common = lx_cpuset_and(&visible, &both);
		most = lx_number_ceil_div(limits.quota.quota_usec, limits.quota.period_usec);

		ck_assert_uint_ge(lx_cpuset_count(&visible), 1);
		ck_assert_uint_le(lx_cpuset_count(&visible), MAX(most, 1));
		if (lx_cpuset_count(&both) > 0)
			ck_assert(lx_cpuset_equal(&common, &visible));
	}
}
END_TEST

START_TEST(nodes_are_the_allowed_ones_that_are_online_or_else_all)
{
	static const struct {
		const char *online, *mems, *nodes;
	} rows[] = {
		{"0-3", NULL, "0-3"},
		{"0-3", "1,3", "1,3"},
		{"0-1", "1,3", "1"},
		{"0-1", "2-3", "0-1"},
		{"", "0", ""},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxCpuset online = parsed(rows[i].online), nodes;
		LxCpuLimits limits = {.have_mems = rows[i].mems != NULL};

		if (rows[i].mems)
			limits.mems = parsed(rows[i].mems);
		nodes = lx_cpus_nodes(&limits, &online);
		check_set(&nodes, rows[i].nodes);
	}
}
END_TEST

START_TEST(a_set_is_cut_and_numbered_by_the_place_among_the_visible)
{
	static const struct {
		const char *set, *visible, *real, *renumbered;
	} rows[] = {
		{"0-7", "2,4,6", "2,4,6", "0-2"},
		{"4-7", "2,4,6", "4,6", "1-2"},
		{"0-1", "2,4,6", "", ""},
		{"8191", "0,8191", "8191", "1"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxCpuset set = parsed(rows[i].set), visible = parsed(rows[i].visible);
		LxCpuset real = lx_cpus_shown(&set, &visible, false);
		LxCpuset renumbered = lx_cpus_shown(&set, &visible, true);

		check_set(&real, rows[i].real);
		check_set(&renumbered, rows[i].renumbered);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_first_n_of_the_set_are_seen_under_their_real_numbers,
		each_view_looks_at_its_own_limits,
		the_visible_set_is_never_empty_never_foreign_and_never_larger_than_the_quota,
		nodes_are_the_allowed_ones_that_are_online_or_else_all,
		a_set_is_cut_and_numbered_by_the_place_among_the_visible,
		NULL,
	};

	return unit_suite_new("model/cpus", tests);
}
