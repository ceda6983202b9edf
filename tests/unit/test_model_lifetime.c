/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "model/lifetime.h"

#define SEC UINT64_C(1000000000)

START_TEST(uptime_and_btime_are_counted_from_the_start_of_init)
{
	LxLifetime now = lx_lifetime_at(100 * SEC, 130 * SEC, 1700000030 * SEC);

	ck_assert_uint_eq(now.uptime_nsec, 30 * SEC);
	ck_assert_uint_eq(now.btime_sec, 1700000000);
}
END_TEST

START_TEST(an_init_that_starts_in_the_future_is_as_old_as_nothing)
{
	LxLifetime now = lx_lifetime_at(100 * SEC, 99 * SEC, 1700000000 * SEC);

	ck_assert_uint_eq(now.uptime_nsec, 0);
	ck_assert_uint_eq(now.btime_sec, 1700000000);
}
END_TEST

START_TEST(nothing_goes_back_while_init_is_the_same)
{
	static const struct {
		LxLifetime shown, fresh, next;
	} rows[] = {
		/* first sight */
		{{0}, {5, 10, 1000, 7}, {5, 10, 1000, 7}},
		/* a slower reader */
		{{5, 12, 1000, 7}, {5, 10, 1000, 6}, {5, 12, 1000, 7}},
		/* two clocks on two sides of a second */
		{{5, 10, 1000, 7}, {5, 11, 1001, 8}, {5, 11, 1000, 8}},
		{{5, 10, 1000, 7}, {5, 11, 999, 8}, {5, 11, 1000, 8}},
		/* the clock was set */
		{{5, 10, 1000, 7}, {5, 11, 90000, 0}, {5, 11, 90000, 7}},
		/* another init in the same cgroup */
		{{5, 10, 1000, 7}, {8, 1, 1001, 2}, {8, 1, 1001, 7}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxLifetime next = lx_lifetime_advance(&rows[i].shown, &rows[i].fresh);

		ck_assert_msg(memcmp(&next, &rows[i].next, sizeof next) == 0, "row %zu", i);
	}
}
END_TEST

START_TEST(a_reader_with_a_clock_of_its_own_sees_that_clock)
{
	static const struct {
		int64_t offset;
		uint64_t uptime;
	} rows[] = {
		{0, 30 * SEC},
		{7 * (int64_t)SEC, 137 * SEC},
		{-7 * (int64_t)SEC, 123 * SEC},
		{-500 * (int64_t)SEC, 0},
		{INT64_MIN, 0},
	};
	LxLifetime shown = {.start_nsec = 100 * SEC, .uptime_nsec = 30 * SEC};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		ck_assert_uint_eq(
			lx_lifetime_uptime(&shown, 130 * SEC, rows[i].offset), rows[i].uptime);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		uptime_and_btime_are_counted_from_the_start_of_init,
		an_init_that_starts_in_the_future_is_as_old_as_nothing,
		nothing_goes_back_while_init_is_the_same,
		a_reader_with_a_clock_of_its_own_sees_that_clock,
		NULL,
	};

	return unit_suite_new("model/lifetime", tests);
}
