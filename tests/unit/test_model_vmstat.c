/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "model/vmstat.h"

#define MIB (UINT64_C(1) << 20)

static const LxVmstatTerms terms = {.page_bytes = 4096,
	.thp_bytes = 2 * MIB,
	.have_io = true,
	.read_bytes = 10240,
	.written_bytes = 2047};

START_TEST(every_item_is_in_the_kernel_s_unit)
{
	static const struct {
		LxVmstatItem item;
		LxMemoryStat stat;
		uint64_t value, shown;
	} rows[] = {
		{LX_VMSTAT_NR_ANON_PAGES, LX_MEMORY_ANON, 40960, 10},
		{LX_VMSTAT_NR_FILE_PAGES, LX_MEMORY_FILE, 8191, 1},
		{LX_VMSTAT_NR_ZONE_ACTIVE_ANON, LX_MEMORY_ACTIVE_ANON, 4096, 1},
		{LX_VMSTAT_NR_KERNEL_STACK, LX_MEMORY_KERNEL_STACK, 16384, 16},
		{LX_VMSTAT_NR_ANON_TRANSPARENT_HUGEPAGES, LX_MEMORY_ANON_THP, 6 * MIB, 3},
		{LX_VMSTAT_PGFAULT, LX_MEMORY_PGFAULT, 4097, 4097},
		{LX_VMSTAT_PGSCAN_KSWAPD, LX_MEMORY_PGSCAN_KSWAPD, UINT64_MAX, UINT64_MAX},
		{LX_VMSTAT_WORKINGSET_REFAULT_FILE, LX_MEMORY_WORKINGSET_REFAULT_FILE, 5, 5},
		{LX_VMSTAT_PSWPIN, LX_MEMORY_PSWPIN, 6, 6},
		{LX_VMSTAT_NR_ZONE_WRITE_PENDING, LX_MEMORY_FILE_DIRTY, 8192, 2},
		{LX_VMSTAT_NR_ZONE_WRITE_PENDING, LX_MEMORY_FILE_WRITEBACK, 8192, 2},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxMemoryStats stats = {0};
		LxVmstatNumbers numbers;

		stats.have[rows[i].stat] = true;
		stats.values[rows[i].stat] = rows[i].value;
		lx_vmstat_compute(&stats, &terms, &numbers);
		ck_assert_msg(numbers.values[rows[i].item] == rows[i].shown, "row %zu", i);
	}
}
END_TEST

START_TEST(disk_traffic_is_in_kib_and_only_where_it_is_counted)
{
	LxVmstatTerms without = terms;
	LxMemoryStats stats = {0};
	LxVmstatNumbers numbers;

	lx_vmstat_compute(&stats, &terms, &numbers);
	ck_assert_uint_eq(numbers.values[LX_VMSTAT_PGPGIN], 10);
	ck_assert_uint_eq(numbers.values[LX_VMSTAT_PGPGOUT], 1);
	without.have_io = false;
	lx_vmstat_compute(&stats, &without, &numbers);
	ck_assert_uint_eq(numbers.values[LX_VMSTAT_PGPGIN], 0);
	ck_assert_uint_eq(numbers.values[LX_VMSTAT_PGPGOUT], 0);
}
END_TEST

START_TEST(absent_figures_and_unknown_sizes_give_zero)
{
	const LxVmstatTerms none = {0};
	LxMemoryStats stats;
	LxVmstatNumbers numbers;

	for (unsigned i = 0; i < LX_N_MEMORY_STATS; i++) {
		stats.have[i] = false;
		stats.values[i] = 12345678;
	}
	lx_vmstat_compute(&stats, &terms, &numbers);
	ck_assert_uint_eq(numbers.values[LX_VMSTAT_NR_ANON_PAGES], 0);
	stats.have[LX_MEMORY_ANON] = stats.have[LX_MEMORY_ANON_THP] = true;
	lx_vmstat_compute(&stats, &none, &numbers);
	ck_assert_uint_eq(numbers.values[LX_VMSTAT_NR_ANON_PAGES], 0);
	ck_assert_uint_eq(numbers.values[LX_VMSTAT_NR_ANON_TRANSPARENT_HUGEPAGES], 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		every_item_is_in_the_kernel_s_unit,
		disk_traffic_is_in_kib_and_only_where_it_is_counted,
		absent_figures_and_unknown_sizes_give_zero,
		NULL,
	};

	return unit_suite_new("model/vmstat", tests);
}
