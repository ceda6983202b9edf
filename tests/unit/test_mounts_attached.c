/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts/attached.h"
#include "mounts/hierarchies.h"
#include "unit.h"

#include <string.h>
#include <sys/sysmacros.h>

/* 0:50 is served now, 0:40 was once; whatever else calls itself lxfs is another one. */
static const LxServed served_now = {.devices = {0x32}, .n_devices = 1};

#define ROOT \
	"1 0 8:1 / / rw - ext4 d rw\n2 1 0:4 / /proc rw - proc p rw\n" \
	"3 1 0:5 / /sys rw - sysfs s rw\n"
#define VIEW(id, parent, device, flags, master) \
#id " " #parent " 0:" #device " /proc/stat /proc/stat ro" flags " " master \
	    "- fuse.lxfs lxfs rw\n"
#define LIVE(id, parent) VIEW(id, parent, 50, "", "master:7 ")
#define DEAD(id, parent) VIEW(id, parent, 40, "", "master:7 ")
#define ATTACHED(id, parent, device) VIEW(id, parent, device, ",nodiratime", "master:7 ")
#define HOST(id, parent, flags, master) \
#id " " #parent " 0:4 /stat /proc/stat ro" flags " " master "- proc p rw\n"
#define STRANGE(id, parent) #id " " #parent " 0:9 /x /proc/stat rw - tmpfs t rw\n"

/* "healthy:2 proc/stat" for each view that is not absent, or of which something is left. */
static char *find(const char *text, const LxAttachedRules *rules)
{
	g_autoptr(LxMountinfo) info = lx_mountinfo_parse(g_strdup(text), "text", NULL);
	GString *answer = g_string_new(NULL);
	LxAttached attached;

	ck_assert_ptr_nonnull(info);
	lx_attached_find(info, rules, &attached);
	for (unsigned i = 0; i < LX_VIEWS_N; i++) {
		const LxAttachedView *view = &attached.views[i];

		if (view->state || view->n_layers)
			g_string_append_printf(answer, "%s%s:%u %s", answer->len ? ", " : "",
				lx_attached_state_name(view->state), view->n_layers,
				lx_views_at(i)->name);
	}
	return g_string_free(answer, FALSE);
}

static void check(const char *text, const char *expected)
{
	g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	const uint64_t known[] = {makedev(0, 40), makedev(0, 50)};
	const LxAttachedRules rules = {.served = &served_now, .devices = devices};
	g_autofree char *seen = NULL;

	g_array_append_vals(devices, known, G_N_ELEMENTS(known));
	seen = find(text, &rules);
	ck_assert_str_eq(seen, expected);
}

START_TEST(what_a_runtime_gave_is_told_from_what_was_attached)
{
	check(ROOT LIVE(5, 2), "healthy:0 proc/stat");
	check(ROOT ATTACHED(5, 2, 50), "healthy:1 proc/stat");
	check(ROOT LIVE(5, 2) ATTACHED(6, 5, 50), "healthy:1 proc/stat");
	check(ROOT "5 3 0:50 /sys/devices/system/cpu /sys/devices/system/cpu ro,nodiratime - "
		   "fuse.lxfs lxfs rw\n",
		"healthy:1 sys/devices/system/cpu");
	check(ROOT, "");
}
END_TEST

#define FOLDER(id, parent, flags) \
#id " " #parent " 0:50 /sys/devices/system/cpu /sys/devices/system/cpu ro" flags \
	    " - fuse.lxfs lxfs rw\n"

START_TEST(where_the_mark_is_locked_files_have_another_and_folders_their_company)
{
	check(ROOT VIEW(5, 2, 50, ",nosymfollow", ""), "healthy:1 proc/stat");
	check(ROOT HOST(5, 2, ",nosymfollow", ""), "waiting:1 proc/stat");
	check(ROOT VIEW(5, 2, 50, ",nosymfollow", "") FOLDER(6, 3, ",nosuid,nodev,noexec"),
		"healthy:1 proc/stat, healthy:1 sys/devices/system/cpu");
	check(ROOT VIEW(5, 2, 50, ",nosymfollow", "") FOLDER(6, 3, ",nosuid,nodev"),
		"healthy:1 proc/stat, healthy:0 sys/devices/system/cpu");
	check(ROOT LIVE(5, 2) FOLDER(6, 3, ",nosuid,nodev,noexec"),
		"healthy:0 proc/stat, healthy:0 sys/devices/system/cpu");
}
END_TEST

START_TEST(what_came_over_it_through_an_anchor_goes_with_it)
{
	check(ROOT ATTACHED(5, 2, 40) LIVE(6, 5), "healthy:2 proc/stat");
	check(ROOT ATTACHED(5, 2, 40) HOST(6, 5, "", "master:7 "), "waiting:2 proc/stat");
	check(ROOT ATTACHED(5, 2, 40) HOST(6, 5, "", "master:7 ") LIVE(7, 6),
		"healthy:3 proc/stat");
}
END_TEST

START_TEST(what_has_died_is_told_from_what_others_serve)
{
	check(ROOT DEAD(5, 2), "dead:0 proc/stat");
	check(ROOT ATTACHED(5, 2, 40), "dead:1 proc/stat");
	check(ROOT ATTACHED(5, 2, 41), "foreign:1 proc/stat");
	check(ROOT "5 2 0:40 /proc/stat /proc/stat rw - fuse.lxcfs lxcfs rw\n",
		"foreign:0 proc/stat");
	check(ROOT "5 2 0:50 /proc/uptime /proc/stat rw - fuse.lxfs lxfs rw\n",
		"foreign:0 proc/stat");
}
END_TEST

START_TEST(with_no_device_remembered_every_lxfs_is_ours)
{
	g_autofree char *seen = find(ROOT ATTACHED(5, 2, 41), &(LxAttachedRules){0});

	ck_assert_str_eq(seen, "dead:1 proc/stat");
}
END_TEST

START_TEST(the_hosts_file_waits_only_where_it_follows_an_anchor)
{
	check(ROOT HOST(5, 2, "", "master:7 "), "waiting:0 proc/stat");
	check(ROOT HOST(5, 2, ",nodiratime", "master:7 "), "waiting:1 proc/stat");
	check(ROOT HOST(5, 2, "", ""), "");
}
END_TEST

START_TEST(something_else_over_it_covers_it)
{
	check(ROOT ATTACHED(5, 2, 50) STRANGE(6, 5), "covered:2 proc/stat");
	check(ROOT ATTACHED(5, 2, 50) "6 5 0:4 /1/stat /proc/stat rw - proc p rw\n",
		"covered:2 proc/stat");
	check(ROOT ATTACHED(5, 2, 50) HOST(6, 5, "", ""), "covered:2 proc/stat");
	check(ROOT STRANGE(5, 2), "");
	check(ROOT STRANGE(5, 2) ATTACHED(6, 5, 50), "healthy:1 proc/stat");
}
END_TEST

START_TEST(what_no_path_leads_to_is_absent)
{
	check(ROOT LIVE(5, 2) "6 2 0:8 / /proc rw - proc p rw\n", "");
	check(ROOT LIVE(5, 2) "6 1 0:8 / / rw - tmpfs p rw\n", "");
	check(ROOT "5 3 0:50 /sys/devices/system/cpu /sys/devices/system/cpu ro - fuse.lxfs lxfs "
		   "rw\n6 3 0:9 / /sys/devices rw - tmpfs t rw\n",
		"");
}
END_TEST

START_TEST(only_the_kernels_own_files_are_its_own)
{
	static const struct {
		LxMount mount;
		const char *path;
		bool own;
	} rows[] = {
		{{.fstype = "proc", .root = "/", .mountpoint = "/proc"}, "/proc/stat", true},
		{{.fstype = "proc", .root = "/", .mountpoint = "/a/proc"}, "/a/proc/stat", true},
		{{.fstype = "proc", .root = "/stat", .mountpoint = "/proc/stat"}, "/proc/stat",
			true},
		{{.fstype = "proc", .root = "/", .mountpoint = "/"}, "/stat", true},
		{{.fstype = "proc", .root = "/1", .mountpoint = "/proc"}, "/proc/stat", false},
		{{.fstype = "proc", .root = "/1/stat", .mountpoint = "/proc/stat"}, "/proc/stat",
			false},
		{{.fstype = "proc", .root = "/", .mountpoint = "/"}, "/proc/stat", false},
		{{.fstype = "tmpfs", .root = "/", .mountpoint = "/proc"}, "/proc/stat", false},
		{{.fstype = "sysfs", .root = "/", .mountpoint = "/proc"}, "/proc/stat", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		ck_assert_msg(lx_attached_is_own_file(&rows[i].mount, rows[i].path,
				      lx_views_find("proc/stat")) == rows[i].own,
			"row %zu", i);
}
END_TEST

#define KERNEL(id, parent) \
#id " " #parent " 0:30 /box /sys/fs/cgroup/memory rw - cgroup c rw,memory\n"
#define CGROUP(id, parent, device, flags) \
#id " " #parent " 0:" #device " /memory /sys/fs/cgroup/memory rw" flags \
	    " - fuse.lxfs lxfs-cgroup rw\n"

static void check_cgroup(const char *text, LxAttachedState state, unsigned n_layers)
{
	g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	const uint64_t known[] = {makedev(0, 40), makedev(0, 50)};
	const LxAttachedRules rules = {.served = &served_now, .devices = devices};
	g_autoptr(LxMountinfo) info = lx_mountinfo_parse(g_strdup(text), "text", NULL);
	const LxMount *top;
	unsigned cursor = 0;
	LxAttached attached;

	g_array_append_vals(devices, known, G_N_ELEMENTS(known));
	lx_attached_find(info, &rules, &attached);
	ck_assert_int_eq(attached.cgroup, state);
	top = lx_hierarchies_next(info, "/sys/fs/cgroup", &cursor);
	ck_assert_uint_eq(lx_attached_judge_cgroup(info, &rules, top).n_layers, n_layers);
}

START_TEST(the_cgroup_view_is_known_with_all_that_heal_has_put_on_it)
{
	check_cgroup(ROOT KERNEL(5, 3), LX_ATTACHED_ABSENT, 0);
	check_cgroup(ROOT KERNEL(5, 3) CGROUP(6, 5, 50, ",nodiratime"), LX_ATTACHED_HEALTHY, 1);
	check_cgroup(ROOT KERNEL(5, 3) CGROUP(6, 5, 50, ""), LX_ATTACHED_HEALTHY, 0);
	check_cgroup(ROOT KERNEL(5, 3) CGROUP(6, 5, 40, ",nodiratime"), LX_ATTACHED_DEAD, 1);
	check_cgroup(ROOT KERNEL(5, 3) CGROUP(6, 5, 41, ",nodiratime"), LX_ATTACHED_FOREIGN, 1);
	check_cgroup(ROOT KERNEL(5, 3) CGROUP(6, 5, 40, ",nodiratime") KERNEL(7, 6),
		LX_ATTACHED_WAITING, 2);
	check_cgroup(ROOT KERNEL(5, 3) CGROUP(6, 5, 40, ",nodiratime") KERNEL(7, 6)
			     CGROUP(8, 7, 50, ",nodiratime"),
		LX_ATTACHED_HEALTHY, 3);
}
END_TEST

START_TEST(layers_in_a_circle_come_to_an_end)
{
	check("5 6 0:50 /proc/stat /proc/stat ro,nodiratime - fuse.lxfs lxfs rw\n"
	      "6 5 0:50 /proc/stat /proc/stat ro,nodiratime - fuse.lxfs lxfs rw\n",
		"");
	check("5 5 0:50 /proc/stat /proc/stat ro,nodiratime - fuse.lxfs lxfs rw\n",
		"healthy:1 proc/stat");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {what_a_runtime_gave_is_told_from_what_was_attached,
		where_the_mark_is_locked_files_have_another_and_folders_their_company,
		what_came_over_it_through_an_anchor_goes_with_it,
		what_has_died_is_told_from_what_others_serve,
		with_no_device_remembered_every_lxfs_is_ours,
		the_hosts_file_waits_only_where_it_follows_an_anchor,
		something_else_over_it_covers_it, what_no_path_leads_to_is_absent,
		only_the_kernels_own_files_are_its_own,
		the_cgroup_view_is_known_with_all_that_heal_has_put_on_it,
		layers_in_a_circle_come_to_an_end, NULL};

	return unit_suite_new("mounts/attached", tests);
}
