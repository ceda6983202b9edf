/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "cgroup/layout.h"

#include <errno.h>

static LxLayout *layout_of(const char *mounts, GError **error)
{
	const char *const files[] = {"proc/self/mounts", mounts, NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, error);

	ck_assert_ptr_nonnull(root);
	return lx_layout_new(root, error);
}

START_TEST(v2_alone_has_every_controller)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxLayout) layout =
		layout_of("cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nsdelegate 0 0\n", &error);

	unit_ok(layout != NULL, error);
	ck_assert_str_eq(lx_layout_name(layout), "v2");
	ck_assert_str_eq(
		lx_layout_hierarchy(layout, LX_CONTROLLER_MEMORY)->mount, "/sys/fs/cgroup");
	ck_assert(lx_layout_hierarchy(layout, LX_CONTROLLER_PRESSURE)->v2);
}
END_TEST

START_TEST(v1_controllers_mounted_together_share_a_hierarchy)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxLayout) layout =
		layout_of("cgroup /cg/cpu\\040x cgroup rw,relatime,cpu,cpuacct 0 0\n"
			  "cgroup /cg/systemd cgroup rw,xattr,release_agent=/x,name=systemd 0 0\n",
			&error);

	unit_ok(layout != NULL, error);
	ck_assert_str_eq(lx_layout_name(layout), "v1");
	ck_assert_int_eq(layout->of[LX_CONTROLLER_CPU], layout->of[LX_CONTROLLER_CPUACCT]);
	ck_assert_str_eq(lx_layout_hierarchy(layout, LX_CONTROLLER_CPU)->mount, "/cg/cpu x");
	ck_assert_str_eq(
		lx_layout_hierarchy(layout, LX_CONTROLLER_CPU)->controllers, "cpu,cpuacct");
	ck_assert_ptr_null(lx_layout_hierarchy(layout, LX_CONTROLLER_MEMORY));
	ck_assert_str_eq(layout->hierarchies[1].controllers, "name=systemd");
}
END_TEST

/* Of the mount, of the file system, and of the hierarchy (show_mnt_opts, cgroup1_show_options). */
START_TEST(what_names_no_controller_is_no_part_of_the_hierarchys_name)
{
	static const char *const rows[] = {"rw,nosuid,nodev,noexec,relatime",
		"ro,noatime,nodiratime", "rw,nosymfollow", "rw,sync,dirsync,mand,lazytime",
		"rw,noprefix,xattr", "rw,cpuset_v2_mode", "rw,favordynmods",
		"rw,release_agent=/sbin/x,clone_children"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *line =
			g_strdup_printf("cgroup /cg/memory cgroup %s,memory 0 0\n", rows[i]);
		g_autoptr(LxLayout) layout = layout_of(line, &error);

		unit_ok(layout != NULL, error);
		ck_assert_str_eq(layout->hierarchies[0].controllers, "memory");
	}
}
END_TEST

START_TEST(on_a_hybrid_host_v2_has_what_v1_has_not)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxLayout) layout = layout_of("cgroup /cg/memory cgroup rw,memory 0 0\n"
					       "cgroup2 /cg/unified cgroup2 rw 0 0\n"
					       "cgroup /again/memory cgroup rw,memory 0 0\n",
		&error);

	unit_ok(layout != NULL, error);
	ck_assert_str_eq(lx_layout_name(layout), "hybrid");
	ck_assert_uint_eq(layout->n_hierarchies, 2);
	ck_assert(!lx_layout_hierarchy(layout, LX_CONTROLLER_MEMORY)->v2);
	ck_assert(lx_layout_hierarchy(layout, LX_CONTROLLER_HUGETLB)->v2);
}
END_TEST

START_TEST(a_host_without_cgroups_is_refused)
{
	static const char *const rows[] = {
		"", "garbage\n", "proc /proc proc rw 0 0\n", "cgroup /x\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		unit_fails(layout_of(rows[i], &error) != NULL, error, ENOTSUP, "cgroup");
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		v2_alone_has_every_controller,
		v1_controllers_mounted_together_share_a_hierarchy,
		what_names_no_controller_is_no_part_of_the_hierarchys_name,
		on_a_hybrid_host_v2_has_what_v1_has_not,
		a_host_without_cgroups_is_refused,
		NULL,
	};

	return unit_suite_new("cgroup/layout", tests);
}
