/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts/served.h"
#include "unit.h"

#include <string.h>

static LxMountinfo *parse(const char *text)
{
	LxMountinfo *info = lx_mountinfo_parse(g_strdup(text), "text", NULL);

	ck_assert_ptr_nonnull(info);
	return info;
}

START_TEST(all_file_systems_at_the_mount_point_are_found)
{
	g_autoptr(LxMountinfo) own =
		parse("5 1 0:50 / /v rw - fuse.lxfs lxfs rw\n"
		      "6 5 0:51 / /v/proc/pressure rw - fuse.lxfs lxfs-pressure rw\n"
		      "8 5 0:53 / /v/cgroup rw - fuse.lxfs lxfs-cgroup rw\n"
		      "7 1 0:52 / /w rw - fuse.lxfs lxfs rw\n");
	LxServed served;

	ck_assert(lx_served_find(own, "/v", &served));
	ck_assert(lx_served_contains(&served, lx_mountinfo_by_id(own, 5)));
	ck_assert(lx_served_contains(&served, lx_mountinfo_by_id(own, 6)));
	ck_assert(lx_served_contains(&served, lx_mountinfo_by_id(own, 8)));
	ck_assert(!lx_served_contains(&served, lx_mountinfo_by_id(own, 7)));
	ck_assert(!lx_served_contains(NULL, lx_mountinfo_by_id(own, 5)));
}
END_TEST

START_TEST(the_same_file_systems_are_the_same)
{
	const LxServed both = {.n_devices = 2, .devices = {50, 51}};
	const LxServed one = {.n_devices = 1, .devices = {50}};
	const LxServed another = {.n_devices = 2, .devices = {50, 52}};

	ck_assert(lx_served_is_same(&both, &both));
	ck_assert(!lx_served_is_same(&both, &one));
	ck_assert(!lx_served_is_same(&both, &another));
}
END_TEST

START_TEST(without_a_mount_of_ours_there_nothing_is_served)
{
	g_autoptr(LxMountinfo) own =
		parse("5 1 0:50 / /v rw - fuse.lxfs lxfs rw\n"
		      "6 5 0:51 / /v rw - tmpfs t rw\n"
		      "7 1 0:52 / /w/proc/pressure rw - fuse.lxfs lxfs-pressure rw\n");
	LxServed served = {.n_devices = 9};

	ck_assert(!lx_served_find(own, "/v", &served));
	ck_assert(!lx_served_find(own, "/w", &served));
	ck_assert_uint_eq(served.n_devices, 9);
}
END_TEST

START_TEST(views_are_named_by_their_path_below_the_mount_point)
{
	static const struct {
		const char *root;
		const char *source;
		const char *name;
	} rows[] = {
		{"/", "lxfs", ""},
		{"/proc/meminfo", "lxfs", "proc/meminfo"},
		{"/proc/meminfo", "lxcfs", "proc/meminfo"},
		{"/", "lxfs-pressure", "proc/pressure"},
		{"/cpu", "lxfs-pressure", "proc/pressure/cpu"},
		{"/", "lxfs-cgroup", "cgroup"},
		{"/memory", "lxfs-cgroup", "cgroup/memory"},
		{"/containers/x", "lxfs", NULL},
		{"/proc/meminfo//deleted", "lxfs", NULL},
		{"/a/../b", "lxfs", NULL},
		{"", "lxfs", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxMount mount = {.root = rows[i].root, .source = rows[i].source};
		g_autofree char *name = lx_served_view_name(&mount);

		ck_assert_pstr_eq(name, rows[i].name);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {all_file_systems_at_the_mount_point_are_found,
		the_same_file_systems_are_the_same, without_a_mount_of_ours_there_nothing_is_served,
		views_are_named_by_their_path_below_the_mount_point, NULL};

	return unit_suite_new("mounts/served", tests);
}
