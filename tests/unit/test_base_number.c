/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "base/number.h"

START_TEST(sums_and_products_stop_at_the_largest_number)
{
	ck_assert_uint_eq(lx_number_add(UINT64_MAX, 1), UINT64_MAX);
	ck_assert_uint_eq(lx_number_add(2, 3), 5);
	ck_assert_uint_eq(lx_number_mul(UINT64_MAX / 2, 3), UINT64_MAX);
	ck_assert_uint_eq(lx_number_mul(6, 7), 42);
}
END_TEST

START_TEST(differences_stop_at_zero)
{
	ck_assert_uint_eq(lx_number_sub(3, 5), 0);
	ck_assert_uint_eq(lx_number_sub(5, 3), 2);
}
END_TEST

START_TEST(scaling_is_exact_through_128_bits)
{
	ck_assert_uint_eq(lx_number_scale(UINT64_MAX, 50, 100), UINT64_MAX / 2);
	ck_assert_uint_eq(lx_number_scale(UINT64_MAX, 2, 1), UINT64_MAX);
	ck_assert_uint_eq(lx_number_scale(5, 1, 0), 0);
}
END_TEST

START_TEST(a_started_cpu_is_a_whole_one)
{
	ck_assert_uint_eq(lx_number_ceil_div(150000, 100000), 2);
	ck_assert_uint_eq(lx_number_ceil_div(200000, 100000), 2);
	ck_assert_uint_eq(lx_number_ceil_div(1, 100000), 1);
	ck_assert_uint_eq(lx_number_ceil_div(1, 0), LX_UNLIMITED);
	ck_assert_uint_eq(lx_number_ceil_div(UINT64_MAX, 2), UINT64_MAX / 2 + 1);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		sums_and_products_stop_at_the_largest_number,
		differences_stop_at_zero,
		scaling_is_exact_through_128_bits,
		a_started_cpu_is_a_whole_one,
		NULL,
	};

	return unit_suite_new("base/number", tests);
}
