/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "model/sysinfo.h"

#define SEC UINT64_C(1000000000)

START_TEST(the_numbers_are_those_of_meminfo_and_loadavg)
{
	LxMeminfoNumbers memory = {0};
	LxLoadAverage average = {{2048, 1024, 1}};
	LxSysinfoNumbers got;

	memory.values[LX_MEMINFO_MEM_TOTAL] = 600;
	memory.values[LX_MEMINFO_MEM_FREE] = 500;
	memory.values[LX_MEMINFO_SHMEM] = 40;
	memory.values[LX_MEMINFO_BUFFERS] = 3;
	memory.values[LX_MEMINFO_SWAP_TOTAL] = 20;
	memory.values[LX_MEMINFO_SWAP_FREE] = 10;
	got = lx_sysinfo_compute(&memory, &average, 5 * SEC, 7);
	ck_assert_uint_eq(got.memory_bytes, 600);
	ck_assert_uint_eq(got.free_bytes, 500);
	ck_assert_uint_eq(got.shared_bytes, 40);
	ck_assert_uint_eq(got.buffer_bytes, 3);
	ck_assert_uint_eq(got.swap_bytes, 20);
	ck_assert_uint_eq(got.swap_free_bytes, 10);
	ck_assert_uint_eq(got.loads[0], 65536);
	ck_assert_uint_eq(got.loads[1], 32768);
	ck_assert_uint_eq(got.loads[2], 32);
	ck_assert_uint_eq(got.tasks, 7);
}
END_TEST

START_TEST(a_second_that_has_begun_counts)
{
	static const struct {
		uint64_t nsec, sec;
	} rows[] = {{0, 0}, {1, 1}, {SEC, 1}, {SEC + 1, 2}, {UINT64_MAX, UINT64_MAX / SEC + 1}};
	LxMeminfoNumbers memory = {0};
	LxLoadAverage average = {{UINT64_MAX}};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxSysinfoNumbers got = lx_sysinfo_compute(&memory, &average, rows[i].nsec, 0);

		ck_assert_uint_eq(got.uptime_sec, rows[i].sec);
		ck_assert_uint_eq(got.loads[0], UINT64_MAX);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_numbers_are_those_of_meminfo_and_loadavg,
		a_second_that_has_begun_counts,
		NULL,
	};

	return unit_suite_new("model/sysinfo", tests);
}
