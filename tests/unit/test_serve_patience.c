/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/patience.h"

#include "unit.h"

#define SECOND UINT64_C(1000000000)

START_TEST(nothing_is_wanted_at_first)
{
	LxPatience patience = {0};

	ck_assert_int_eq(lx_patience_pause_msec(&patience, SECOND), -1);
}
END_TEST

START_TEST(the_next_one_is_due_at_once_and_wanted_only_once)
{
	LxPatience patience = {0};

	lx_patience_again(&patience, SECOND);
	ck_assert_int_eq(lx_patience_pause_msec(&patience, SECOND), 0);
	lx_patience_try(&patience);
	ck_assert_int_eq(lx_patience_pause_msec(&patience, SECOND), -1);
}
END_TEST

START_TEST(the_third_failure_in_a_row_brings_the_hosts_own_text)
{
	LxPatience patience = {0};

	lx_patience_lose(&patience, 100 * SECOND);
	lx_patience_lose(&patience, 101 * SECOND);
	ck_assert(!patience.host_only);
	lx_patience_lose(&patience, 102 * SECOND);
	ck_assert(patience.host_only);
	lx_patience_again(&patience, 102 * SECOND);
	ck_assert_int_eq(lx_patience_pause_msec(&patience, 102 * SECOND), 0);
}
END_TEST

START_TEST(a_failure_is_forgotten_after_a_minute)
{
	LxPatience patience = {0};

	lx_patience_lose(&patience, 100 * SECOND);
	lx_patience_lose(&patience, 101 * SECOND);
	lx_patience_lose(&patience, 162 * SECOND);
	ck_assert(!patience.host_only);
	ck_assert_uint_eq(patience.failures, 1);
}
END_TEST

START_TEST(more_failures_make_longer_pauses_up_to_two_seconds)
{
	LxPatience patience = {0};

	for (int i = 0; i < 4; i++)
		lx_patience_lose(&patience, 100 * SECOND);
	lx_patience_again(&patience, 100 * SECOND);
	ck_assert_int_eq(lx_patience_pause_msec(&patience, 100 * SECOND), 801);
	for (int i = 0; i < 40; i++)
		lx_patience_lose(&patience, 100 * SECOND);
	lx_patience_again(&patience, 100 * SECOND);
	ck_assert_int_eq(lx_patience_pause_msec(&patience, 100 * SECOND), 2001);
}
END_TEST

START_TEST(many_tries_without_one_that_serves_make_pauses_too)
{
	LxPatience patience = {0};

	for (int i = 0; i < 40; i++)
		lx_patience_try(&patience);
	lx_patience_again(&patience, 100 * SECOND);
	ck_assert_int_eq(lx_patience_pause_msec(&patience, 100 * SECOND), 801);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		nothing_is_wanted_at_first,
		the_next_one_is_due_at_once_and_wanted_only_once,
		the_third_failure_in_a_row_brings_the_hosts_own_text,
		a_failure_is_forgotten_after_a_minute,
		more_failures_make_longer_pauses_up_to_two_seconds,
		many_tries_without_one_that_serves_make_pauses_too,
		NULL,
	};

	return unit_suite_new("serve/patience", tests);
}
