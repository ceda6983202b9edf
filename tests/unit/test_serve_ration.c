/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/ration.h"

#include "unit.h"

#define BEGUN (1000 * UINT64_C(1000000000))

static unsigned take_many(LxRation *ration, unsigned n, uint64_t now_nsec)
{
	unsigned written = 0, withheld;

	for (unsigned i = 0; i < n; i++)
		written += lx_ration_take(ration, now_nsec, &withheld);
	return written;
}

START_TEST(so_many_lines_are_written_in_a_minute_and_no_more)
{
	LxRation ration;

	lx_ration_init(&ration);
	ck_assert_uint_eq(take_many(&ration, 7, BEGUN), 7);
	ck_assert_uint_eq(
		take_many(&ration, 1000, BEGUN + LX_RATION_NSEC - 1), LX_RATION_LINES - 7);
	ck_assert_uint_eq(take_many(&ration, 1000, BEGUN + LX_RATION_NSEC), LX_RATION_LINES);
	lx_ration_clear(&ration);
}
END_TEST

START_TEST(what_was_withheld_is_told_once)
{
	LxRation ration;
	unsigned withheld = 1;

	lx_ration_init(&ration);
	ck_assert(lx_ration_take(&ration, BEGUN, &withheld));
	ck_assert_uint_eq(withheld, 0);
	ck_assert_uint_eq(take_many(&ration, LX_RATION_LINES + 4, BEGUN), LX_RATION_LINES - 1);
	ck_assert(lx_ration_take(&ration, BEGUN + LX_RATION_NSEC, &withheld));
	ck_assert_uint_eq(withheld, 5);
	ck_assert(lx_ration_take(&ration, BEGUN + LX_RATION_NSEC, &withheld));
	ck_assert_uint_eq(withheld, 0);
	lx_ration_clear(&ration);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		so_many_lines_are_written_in_a_minute_and_no_more,
		what_was_withheld_is_told_once,
		NULL,
	};

	return unit_suite_new("serve/ration", tests);
}
