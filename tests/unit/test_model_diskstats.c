/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "model/diskstats.h"

static LxDisk disks[] = {{254, 0, "vda"}, {254, 1, "vda1"}, {8, 0, "sda"}, {8, 16, "sdb"}};
static const LxDisks all_disks = {disks, G_N_ELEMENTS(disks)};

START_TEST(rows_stand_in_the_hosts_order_and_devices_that_went_are_left_out)
{
	LxIoDevice used[] = {
		{.major = 7, .minor = 0}, {.major = 8, .minor = 16}, {.major = 254, .minor = 0}};
	const LxIoFacts io = {true, used, G_N_ELEMENTS(used)};
	g_auto(LxDiskstats) diskstats = lx_diskstats_compute(&all_disks, &io);

	ck_assert_uint_eq(diskstats.n_rows, 2);
	ck_assert_ptr_eq(diskstats.rows[0].disk, &disks[0]);
	ck_assert_ptr_eq(diskstats.rows[1].disk, &disks[3]);
}
END_TEST

START_TEST(times_are_sums_that_saturate)
{
	LxIoDevice used[] = {{.major = 8,
		.counts = {
			[LX_IO_READ] = {[LX_IO_SERVICE_NSEC] = 5, [LX_IO_WAIT_NSEC] = 7},
			[LX_IO_WRITE] = {[LX_IO_SERVICE_NSEC] = UINT64_MAX, [LX_IO_WAIT_NSEC] = 1},
		}}};
	const LxIoFacts io = {true, used, G_N_ELEMENTS(used)};
	g_auto(LxDiskstats) diskstats = lx_diskstats_compute(&all_disks, &io);

	ck_assert_uint_eq(diskstats.n_rows, 1);
	ck_assert_uint_eq(diskstats.rows[0].operations[LX_IO_READ].nsec, 12);
	ck_assert_uint_eq(diskstats.rows[0].operations[LX_IO_WRITE].nsec, UINT64_MAX);
	ck_assert_uint_eq(diskstats.rows[0].nsec, UINT64_MAX);
}
END_TEST

START_TEST(nothing_used_or_no_disks_gives_no_rows)
{
	LxIoDevice used[] = {{.major = 8}};
	const LxIoFacts some = {true, used, 1}, none = {0};
	const LxDisks no_disks = {0};
	g_auto(LxDiskstats) unused = lx_diskstats_compute(&all_disks, &none);
	g_auto(LxDiskstats) diskless = lx_diskstats_compute(&no_disks, &some);

	ck_assert_uint_eq(unused.n_rows, 0);
	ck_assert_uint_eq(diskless.n_rows, 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		rows_stand_in_the_hosts_order_and_devices_that_went_are_left_out,
		times_are_sums_that_saturate,
		nothing_used_or_no_disks_gives_no_rows,
		NULL,
	};

	return unit_suite_new("model/diskstats", tests);
}
