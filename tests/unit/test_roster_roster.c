/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rosters.h"

START_TEST(the_worst_view_decides)
{
	static const struct {
		LxAttachedState states[3];
		bool served;
		LxHealth health;
	} rows[] = {
		{{LX_ATTACHED_ABSENT}, true, LX_HEALTH_NONE},
		{{LX_ATTACHED_COVERED}, true, LX_HEALTH_NONE},
		{{LX_ATTACHED_ABSENT, LX_ATTACHED_HEALTHY}, true, LX_HEALTH_HEALTHY},
		{{LX_ATTACHED_HEALTHY, LX_ATTACHED_FOREIGN}, true, LX_HEALTH_HEALTHY},
		{{LX_ATTACHED_FOREIGN}, true, LX_HEALTH_FOREIGN},
		{{LX_ATTACHED_FOREIGN}, false, LX_HEALTH_FOREIGN},
		{{LX_ATTACHED_HEALTHY, LX_ATTACHED_WAITING}, true, LX_HEALTH_WAITING},
		{{LX_ATTACHED_HEALTHY, LX_ATTACHED_DEAD}, true, LX_HEALTH_DEAD},
		{{LX_ATTACHED_WAITING}, false, LX_HEALTH_WAITING},
		{{LX_ATTACHED_HEALTHY}, false, LX_HEALTH_DEAD},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxAttachedState states[LX_VIEWS_N] = {LX_ATTACHED_ABSENT};

		memcpy(states, rows[i].states, sizeof rows[i].states);
		ck_assert_int_eq(lx_roster_judge(states, rows[i].served), rows[i].health);
	}
}
END_TEST

START_TEST(rates_are_of_the_time_between_and_never_negative)
{
	roster_auto before = roster_by_hand();
	roster_auto now = roster_by_hand();
	LxRosterRow *web = &g_array_index(now->rows, LxRosterRow, 0);
	LxRosterRow *pod = &g_array_index(now->rows, LxRosterRow, 1);

	g_array_remove_index(before->rows, 2);
	before->taken_nsec = 1000000000;
	now->taken_nsec = 3000000000;
	web->figures.cpu_nsec += 3000000000;
	web->figures.read_bytes += 1000;
	web->figures.written_bytes = 0;
	lx_roster_compare(now, before);
	ck_assert(web->rates.known);
	ck_assert_uint_eq(web->rates.cpu_hundredths, 15000);
	ck_assert_uint_eq(web->rates.read_bytes, 500);
	ck_assert_uint_eq(web->rates.written_bytes, 0);
	ck_assert(pod->rates.known);
	ck_assert_uint_eq(pod->rates.cpu_hundredths, 0);
	ck_assert(!lx_roster_at(now, 2)->rates.known);
}
END_TEST

START_TEST(two_looks_at_one_moment_have_no_rate)
{
	roster_auto before = roster_by_hand();
	roster_auto now = roster_by_hand();

	g_array_index(now->rows, LxRosterRow, 0).figures.cpu_nsec += 1;
	lx_roster_compare(now, before);
	ck_assert_uint_eq(lx_roster_at(now, 0)->rates.cpu_hundredths, 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_worst_view_decides,
		rates_are_of_the_time_between_and_never_negative,
		two_looks_at_one_moment_have_no_rate,
		NULL,
	};

	return unit_suite_new("roster/roster", tests);
}
