/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts/hierarchies.h"
#include "unit.h"

#include <string.h>

#define ROOT "1 0 8:1 / / rw - ext4 d rw\n2 1 0:5 / /sys/fs/cgroup rw - tmpfs t rw\n"
#define KERNEL(id, parent, root, place) \
#id " " #parent " 0:30 " root " " place " rw - cgroup c rw,memory\n"
#define VIEW(id, parent, place) \
#id " " #parent " 0:50 /memory " place " rw - fuse.lxfs lxfs-cgroup rw\n"

static LxMountinfo *parse(const char *text)
{
	LxMountinfo *info = lx_mountinfo_parse(g_strdup(text), "text", NULL);

	ck_assert_ptr_nonnull(info);
	return info;
}

/* "4<3 7<-": each topmost mount below the place, and the kernel's own there. */
static void check_found(const char *text, const char *expected)
{
	g_autoptr(LxMountinfo) info = parse(text);
	g_autoptr(GString) found = g_string_new(NULL);
	const LxMount *top;

	for (unsigned cursor = 0;
		(top = lx_hierarchies_next(info, "/sys/fs/cgroup", &cursor)) != NULL;) {
		const LxMount *kernel = lx_hierarchies_kernel(info, top);

		g_string_append_printf(
			found, "%s%d<%d", found->len ? " " : "", top->id, kernel ? kernel->id : 0);
	}
	ck_assert_str_eq(found->str, expected);
}

START_TEST(hierarchies_and_views_of_them_are_found_where_they_are_on_top)
{
	check_found(ROOT, "");
	check_found(ROOT KERNEL(3, 2, "/", "/sys/fs/cgroup/memory"), "3<3");
	check_found(ROOT KERNEL(3, 2, "/", "/sys/fs/cgroup/memory")
			    VIEW(4, 3, "/sys/fs/cgroup/memory") VIEW(5, 4, "/sys/fs/cgroup/memory"),
		"5<3");
	check_found(ROOT VIEW(4, 2, "/sys/fs/cgroup/memory"), "4<0");
	check_found(
		ROOT KERNEL(3, 2, "/", "/sys/fs/cgroup/memory") "4 3 0:9 / /sys/fs/cgroup/memory "
								"rw - tmpfs t rw\n",
		"");
	check_found(ROOT KERNEL(3, 2, "/",
			    "/sys/fs/cgroup/memory") "4 2 0:9 / /sys/fs/cgroup rw - tmpfs t rw\n",
		"");
	check_found(ROOT KERNEL(3, 1, "/", "/sys/fs/cgroups") KERNEL(4, 1, "/", "/mnt"), "");
	check_found(ROOT "3 2 0:50 /memory /sys/fs/cgroup/memory rw - fuse.lxfs lxfs rw\n", "");
}
END_TEST

START_TEST(mounts_in_a_circle_come_to_an_end)
{
	check_found(VIEW(1, 2, "/sys/fs/cgroup") VIEW(2, 1, "/sys/fs/cgroup"), "");
	check_found(VIEW(1, 1, "/sys/fs/cgroup"), "1<0");
}
END_TEST

START_TEST(the_host_has_what_a_mount_shows_below_its_own)
{
	static const struct {
		const char *root;
		const char *path;
	} rows[] = {
		{"/", "/sys/fs/cgroup/memory/"},
		{"/docker/1", "/sys/fs/cgroup/memory/docker/1"},
		{"/../other", NULL},
		{"/..", NULL},
		{"", NULL},
	};
	g_autoptr(LxMountinfo) own = parse(ROOT KERNEL(3, 2, "/box", "/sys/fs/cgroup/part")
			KERNEL(4, 2, "/", "/sys/fs/cgroup/memory"));

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxMount mount = {
			.device = lx_mountinfo_by_id(own, 3)->device, .root = rows[i].root};
		g_autofree char *path = lx_hierarchies_host_path(own, &mount);

		ck_assert_pstr_eq(path, rows[i].path);
	}
	ck_assert_ptr_null(lx_hierarchies_host_path(own, &(LxMount){.device = 7, .root = "/"}));
}
END_TEST

/* The host's hierarchy in a folder, in which process 77 stands in /docker/1, 78 in its init.scope.
 */
static LxMountinfo *host_in(const char *folder)
{
	g_autofree char *place = g_build_filename(folder, "memory", NULL);
	g_autofree char *text = g_strdup_printf(
		"1 0 8:1 / / rw - ext4 d rw\n3 1 0:30 / %s rw - cgroup c rw\n", place);

	return parse(text);
}

START_TEST(a_mount_is_called_as_what_it_shows)
{
	static const struct {
		const char *root;
		bool rooted;
		pid_t pid;
		const char *named; /* as the container names the root */
		const char *name;
	} rows[] = {
		{"/", false, 77, "/", "cgroup/memory"},
		{"/docker/1", true, 77, "/", "cgroup/memory"},
		{"/", true, 77, "/../..", "cgroup/memory"},
		{"/docker/1", false, 77, "/docker/1", "cgroup/.own.memory"},
		{"/docker/1", false, 78, "/docker/1", "cgroup/.own.memory"},
		{"/docker/1", false, 7, "/docker/1", NULL},
		{"/docker", false, 77, "/docker", NULL},
		{"/docker/1/sub", true, 77, "/sub", NULL},
	};
	const char *const files[] = {"memory/docker/1/cgroup.procs", "5\n77\n",
		"memory/docker/1/init.scope/cgroup.procs", "78\n", "memory/docker/cgroup.procs", "",
		"mount/cgroup/memory/x", "", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autofree char *mountpoint = g_build_filename(folder, "mount", NULL);
	g_autoptr(LxMountinfo) own = host_in(folder);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxMount mount = {.device = lx_mountinfo_by_id(own, 3)->device,
			.fstype = "cgroup",
			.root = rows[i].root};
		LxHierarchyMount there = {&mount, rows[i].named, rows[i].rooted, rows[i].pid};
		g_autofree char *name = lx_hierarchies_view_name(own, mountpoint, &there);

		ck_assert_pstr_eq(name, rows[i].name);
	}
}
END_TEST

/* Whoever attaches may himself stand in a cgroup, and see in the view only what leads there. */
START_TEST(on_v2_alone_the_view_is_the_hierarchy)
{
	const char *const files[] = {"mount/cgroup/system.slice/x", "", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autofree char *mountpoint = g_build_filename(folder, "mount", NULL);
	g_autofree char *nowhere = g_build_filename(folder, "nowhere", NULL);
	g_autoptr(LxMountinfo) own = parse("3 1 0:30 / /sys/fs/cgroup rw - cgroup2 c rw\n");
	LxMount mount = {.device = 9, .fstype = "cgroup2", .root = "/box"};
	LxHierarchyMount there = {&mount, "/", true, 77};
	g_autofree char *name = lx_hierarchies_view_name(own, mountpoint, &there);

	ck_assert_pstr_eq(name, "cgroup");
	ck_assert_ptr_null(lx_hierarchies_view_name(own, nowhere, &there));
	mount.fstype = "cgroup";
	ck_assert_ptr_null(lx_hierarchies_view_name(own, mountpoint, &there));
}
END_TEST

START_TEST(on_v2_no_part_of_the_hierarchy_has_a_name_of_its_own)
{
	const char *const files[] = {"mount/cgroup/x", "", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autofree char *mountpoint = g_build_filename(folder, "mount", NULL);
	g_autoptr(LxMountinfo) own = parse("3 1 0:30 / /sys/fs/cgroup rw - cgroup2 c rw\n");
	LxMount mount = {.device = 9, .fstype = "cgroup2", .root = "/box"};
	LxHierarchyMount there = {&mount, "/box", false, 77};

	ck_assert_ptr_null(lx_hierarchies_view_name(own, mountpoint, &there));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {hierarchies_and_views_of_them_are_found_where_they_are_on_top,
		mounts_in_a_circle_come_to_an_end, the_host_has_what_a_mount_shows_below_its_own,
		a_mount_is_called_as_what_it_shows, on_v2_alone_the_view_is_the_hierarchy,
		on_v2_no_part_of_the_hierarchy_has_a_name_of_its_own, NULL};

	return unit_suite_new("mounts/hierarchies", tests);
}
