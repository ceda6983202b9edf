/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "base/number.h"
#include "cgroup/hugetlb.h"

#include <errno.h>
#include <stdio.h>

#define V2_MOUNTS "proc/self/mounts", "none /cg cgroup2 rw 0 0\n"
#define V1_MOUNTS "proc/self/mounts", "none /cg cgroup rw,hugetlb 0 0\n"
#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)

static const LxHugetlbPools pools = {
	.n = 3, .pools = {{2 * MIB, 8 * MIB}, {GIB, GIB}, {64 * KIB, 0}}};

static bool read_hugetlb(const char *const *files, const char *path, LxHugetlb *out, GError **error)
{
	unit_autofolder folder = unit_folder_new(files);
	g_auto(LxMembership) membership = {.paths = {g_strdup(path)}};
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxLayout) layout = lx_layout_new(root, NULL);
	g_autoptr(LxLevels) levels = lx_levels_new(root, layout);
	g_autoptr(LxCgroup) cgroup = lx_cgroup_new(levels, layout, &membership, error);

	ck_assert_ptr_nonnull(cgroup);
	return lx_cgroup_read_hugetlb(cgroup, &pools, out, error);
}

START_TEST(v2_takes_the_least_limit_and_its_own_use_of_every_size)
{
	static const char *const files[] = {V2_MOUNTS, "cg/a/hugetlb.2MB.max", "4194304\n",
		"cg/a/b/hugetlb.2MB.max", "max\n", "cg/a/b/hugetlb.2MB.current", "2097152\n",
		"cg/a/b/hugetlb.2MB.rsvd.current", "4194304\n", "cg/a/b/hugetlb.1GB.max", "0\n",
		"cg/a/b/hugetlb.64KB.max", "65536\n", NULL};
	g_autoptr(GError) error = NULL;
	LxHugetlb hugetlb;

	unit_ok(read_hugetlb(files, "/a/b", &hugetlb, &error), error);
	ck_assert_uint_eq(hugetlb.n, 3);
	ck_assert(hugetlb.uses[0].have_limit && hugetlb.uses[0].limit_bytes == 4 * MIB);
	ck_assert(hugetlb.uses[0].have_usage && hugetlb.uses[0].usage_bytes == 2 * MIB);
	ck_assert(hugetlb.uses[0].have_reserved && hugetlb.uses[0].reserved_bytes == 4 * MIB);
	ck_assert_uint_eq(hugetlb.uses[0].host.pool_bytes, 8 * MIB);
	ck_assert(hugetlb.uses[1].have_limit && hugetlb.uses[1].limit_bytes == 0);
	ck_assert(!hugetlb.uses[1].have_usage && !hugetlb.uses[1].have_reserved);
	ck_assert_uint_eq(hugetlb.uses[2].limit_bytes, 64 * KIB);
}
END_TEST

START_TEST(v1_has_names_of_its_own)
{
	static const char *const files[] = {V1_MOUNTS, "cg/a/hugetlb.2MB.limit_in_bytes",
		"9223372036852678656\n", "cg/a/hugetlb.2MB.usage_in_bytes", "2097152\n",
		"cg/a/hugetlb.2MB.rsvd.usage_in_bytes", "0\n", NULL};
	g_autoptr(GError) error = NULL;
	LxHugetlb hugetlb;

	unit_ok(read_hugetlb(files, "/a", &hugetlb, &error), error);
	ck_assert(hugetlb.uses[0].have_limit && hugetlb.uses[0].limit_bytes > GIB * GIB / 2);
	ck_assert_uint_eq(hugetlb.uses[0].usage_bytes, 2 * MIB);
	ck_assert(hugetlb.uses[0].have_reserved && hugetlb.uses[0].reserved_bytes == 0);
}
END_TEST

START_TEST(without_a_hugetlb_cgroup_there_is_nothing)
{
	static const char *const files[] = {V2_MOUNTS, "cg/a/memory.max", "max\n", NULL};
	g_autoptr(GError) error = NULL;
	LxHugetlb hugetlb;

	unit_ok(read_hugetlb(files, "/", &hugetlb, &error), error);
	ck_assert_uint_eq(hugetlb.n, 0);
	unit_ok(read_hugetlb(files, "/a", &hugetlb, &error), error);
	ck_assert(!hugetlb.uses[0].have_limit && !hugetlb.uses[0].have_usage);
	ck_assert(hugetlb.uses[0].limit_bytes == LX_UNLIMITED);
}
END_TEST

START_TEST(garbage_names_the_file_and_the_cgroup)
{
	static const char *const names[] = {
		"hugetlb.2MB.max", "hugetlb.2MB.current", "hugetlb.1GB.rsvd.current"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_strconcat("cg/a/", names[i], NULL);
		const char *const files[] = {V2_MOUNTS, path, "x\n", NULL};
		g_autofree char *word = g_strconcat(names[i], " of the cgroup /a", NULL);
		g_autoptr(GError) error = NULL;
		LxHugetlb hugetlb;

		unit_fails(read_hugetlb(files, "/a", &hugetlb, &error), error, EINVAL, word);
	}
}
END_TEST

START_TEST(a_cgroup_that_was_removed_has_gone)
{
	static const char *const files[] = {
		V1_MOUNTS, "cg/a/hugetlb.2MB.limit_in_bytes", "0\n", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_auto(LxMembership) membership = {.paths = {g_strdup("/a")}};
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxLayout) layout = lx_layout_new(root, NULL);
	g_autoptr(LxLevels) levels = lx_levels_new(root, layout);
	g_autoptr(LxCgroup) cgroup = lx_cgroup_new(levels, layout, &membership, NULL);
	g_autofree char *file = g_build_filename(folder, files[2], NULL);
	g_autofree char *level = g_build_filename(folder, "cg/a", NULL);
	g_autoptr(GError) error = NULL;
	LxHugetlb hugetlb;

	ck_assert_ptr_nonnull(cgroup);
	ck_assert_int_eq(remove(file), 0);
	ck_assert_int_eq(remove(level), 0);
	unit_fails(lx_cgroup_read_hugetlb(cgroup, &pools, &hugetlb, &error), error, ENOENT,
		"of the cgroup /a");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		v2_takes_the_least_limit_and_its_own_use_of_every_size,
		v1_has_names_of_its_own,
		without_a_hugetlb_cgroup_there_is_nothing,
		garbage_names_the_file_and_the_cgroup,
		a_cgroup_that_was_removed_has_gone,
		NULL,
	};

	return unit_suite_new("cgroup/hugetlb", tests);
}
