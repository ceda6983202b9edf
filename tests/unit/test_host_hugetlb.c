/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/hugetlb.h"

#include <errno.h>

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define POOL(name) "sys/kernel/mm/hugepages/hugepages-" name "/nr_hugepages"

static bool read_pools(const char *const *files, uint64_t default_pages, uint64_t all_bytes,
	LxHugetlbPools *out, GError **error)
{
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);
	LxMeminfo meminfo = {.n_lines = 0};

	meminfo.values[LX_MEMINFO_HUGE_PAGE_SIZE] = 2 * MIB;
	meminfo.values[LX_MEMINFO_HUGE_PAGES_TOTAL] = default_pages;
	meminfo.values[LX_MEMINFO_HUGETLB] = all_bytes;
	return lx_hugetlb_read_pools(host, &meminfo, out, error);
}

START_TEST(a_host_without_huge_pages_has_no_pool)
{
	g_autoptr(GError) error = NULL;
	LxHugetlbPools pools;

	unit_ok(read_pools(NULL, 0, 0, &pools, &error), error);
	ck_assert_uint_eq(pools.n, 0);
}
END_TEST

START_TEST(the_default_pool_alone_needs_no_look_at_sysfs)
{
	g_autoptr(GError) error = NULL;
	const char *const files[] = {POOL("1048576kB"), "garbage", NULL};
	LxHugetlbPools pools;

	unit_ok(read_pools(files, 8, 16 * MIB, &pools, &error), error);
	ck_assert_uint_eq(pools.n, 1);
	ck_assert_uint_eq(pools.pools[0].size_bytes, 2 * MIB);
	ck_assert_uint_eq(pools.pools[0].pool_bytes, 16 * MIB);
}
END_TEST

START_TEST(other_sizes_follow_the_default_one)
{
	g_autoptr(GError) error = NULL;
	const char *const files[] = {POOL("1048576kB"), "3\n", POOL("2048kB"), "8\n",
		"sys/kernel/mm/hugepages/hugepages-64kB/no_pool", "", POOL("xkB"), "1\n", NULL};
	LxHugetlbPools pools;

	unit_ok(read_pools(files, 8, 16 * MIB + 3 * GIB, &pools, &error), error);
	ck_assert_uint_eq(pools.n, 2);
	ck_assert_uint_eq(pools.pools[1].size_bytes, GIB);
	ck_assert_uint_eq(pools.pools[1].pool_bytes, 3 * GIB);
	unit_ok(read_pools(NULL, 8, 16 * MIB + 3 * GIB, &pools, &error), error);
	ck_assert_uint_eq(pools.n, 1);
}
END_TEST

START_TEST(garbage_in_a_pool_names_the_file)
{
	g_autoptr(GError) error = NULL;
	const char *const files[] = {POOL("1048576kB"), "many\n", NULL};
	LxHugetlbPools pools;

	unit_fails(read_pools(files, 8, GIB, &pools, &error), error, EINVAL,
		"hugepages-1048576kB/nr_hugepages");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_host_without_huge_pages_has_no_pool,
		the_default_pool_alone_needs_no_look_at_sysfs,
		other_sizes_follow_the_default_one,
		garbage_in_a_pool_names_the_file,
		NULL,
	};

	return unit_suite_new("host/hugetlb", tests);
}
