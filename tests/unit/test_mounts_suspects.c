/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts/suspects.h"
#include "unit.h"

#include <string.h>
#include <sys/sysmacros.h>

/* 0:50 is served now; whatever else calls itself lxfs is of another time. */
static const LxServed served_now = {.devices = {0x32}, .n_devices = 1};

#define ROOT "1 0 8:1 / / rw - ext4 d rw\n2 1 0:4 / /proc rw - proc p rw\n"
#define DEAD(id, parent, path) #id " " #parent " 0:40 " path " " path " rw - fuse.lxfs lxfs rw\n"
#define LIVE(id, parent, path) #id " " #parent " 0:50 " path " " path " rw - fuse.lxfs lxfs rw\n"
#define HOST(id, parent, path) #id " " #parent " 0:4 " path " " path " ro - proc p rw\n"

/* "top/view:layers name" for each suspect. */
static char *find(const char *text, const LxSuspectRules *rules)
{
	g_autoptr(LxMountinfo) info = lx_mountinfo_parse(g_strdup(text), "text", NULL);
	g_autoptr(GArray) suspects = NULL;
	GString *answer = g_string_new(NULL);

	ck_assert_ptr_nonnull(info);
	suspects = lx_suspects_find(info, rules);
	for (unsigned i = 0; i < suspects->len; i++) {
		const LxSuspect *suspect = &g_array_index(suspects, LxSuspect, i);

		g_string_append_printf(answer, "%s%d/%d:%u %s%s", i ? ", " : "", suspect->top->id,
			suspect->view->id, suspect->n_layers, suspect->name,
			suspect->shelters ? " shelters" : "");
	}
	return g_string_free(answer, FALSE);
}

static void check_rules(const char *text, const LxSuspectRules *rules, const char *expected)
{
	g_autofree char *seen = find(text, rules);

	ck_assert_str_eq(seen, expected);
}

static void check_served(const char *text, const char *expected)
{
	check_rules(text, &(LxSuspectRules){.served = &served_now}, expected);
}

static void check_unserved(const char *text, const char *expected)
{
	check_rules(text, &(LxSuspectRules){0}, expected);
}

START_TEST(views_of_another_time_are_suspects)
{
	ck_assert_uint_eq(served_now.devices[0], makedev(0, 50));
	check_served(ROOT DEAD(5, 2, "/proc/meminfo") DEAD(6, 2, "/proc/stat"),
		"5/5:1 proc/meminfo, 6/6:1 proc/stat");
	check_served(ROOT "5 2 0:41 /proc/stat /proc/stat rw - fuse.lxcfs lxcfs rw\n",
		"5/5:1 proc/stat");
}
END_TEST

START_TEST(what_is_served_and_what_is_no_view_is_none)
{
	check_served(ROOT LIVE(5, 2, "/proc/meminfo"), "");
	check_served(ROOT HOST(5, 2, "/proc/meminfo"), "");
	check_served(ROOT "5 2 0:40 /a /b rw - fuse.sshfs x rw\n", "");
	check_served(ROOT "5 2 0:40 /a /b rw - fuse.lxfsx x rw\n", "");
}
END_TEST

START_TEST(a_live_view_on_a_dead_one_means_healed)
{
	check_served(ROOT DEAD(5, 2, "/proc/stat") LIVE(6, 5, "/proc/stat"), "");
	check_served(ROOT DEAD(5, 2, "/proc/stat") HOST(6, 5, "/proc/stat")
			     LIVE(7, 6, "/proc/stat"),
		"");
}
END_TEST

START_TEST(all_dead_layers_on_top_of_each_other_go_at_once)
{
	check_served(ROOT DEAD(5, 2, "/proc/stat") DEAD(6, 5, "/proc/stat")
			     DEAD(7, 6, "/proc/stat"),
		"7/7:3 proc/stat");
	check_served(ROOT DEAD(5, 2, "/proc/stat") "6 5 8:1 /x /proc/stat rw - ext4 d rw\n" DEAD(
			     7, 6, "/proc/stat"),
		"7/7:1 proc/stat");
}
END_TEST

START_TEST(the_hosts_file_that_was_given_stays_over_the_dead_view)
{
	const char *text = ROOT DEAD(5, 2, "/proc/stat") HOST(6, 5, "/proc/stat");

	check_served(text, "6/5:0 proc/stat");
	check_unserved(text, "");
}
END_TEST

START_TEST(anything_else_that_lies_on_a_dead_view_stays)
{
	check_served(ROOT DEAD(5, 2, "/proc/stat") "6 5 8:1 /x /proc/stat rw - ext4 d rw\n", "");
}
END_TEST

START_TEST(what_lies_inside_a_dead_tree_goes_with_it)
{
	check_served(ROOT "5 1 0:40 / /views rw - fuse.lxfs lxfs rw\n"
			  "6 5 0:41 / /views/proc/pressure rw - fuse.lxfs lxfs-pressure rw\n",
		"5/5:1 ");
}
END_TEST

START_TEST(foreign_mounts_inside_a_dead_tree_are_noticed)
{
	check_served(ROOT "5 1 0:40 / /views rw - fuse.lxfs lxfs rw\n"
			  "6 5 8:1 /x /views/proc/stat rw - ext4 d rw\n",
		"5/5:1  shelters");
}
END_TEST

START_TEST(pressure_files_are_named_by_their_source)
{
	check_served(ROOT "5 2 0:41 /cpu /proc/pressure/cpu rw - fuse.lxfs lxfs-pressure rw\n"
			  "6 2 0:41 / /elsewhere rw - fuse.lxfs lxfs-pressure rw\n",
		"5/5:1 proc/pressure/cpu, 6/6:1 proc/pressure");
}
END_TEST

START_TEST(names_that_are_nobodys_to_give_are_passed_over)
{
	static const char *const roots[] = {"/containers", "/containers/x/proc/stat",
		"/proc/stat//deleted", "/..", "/../x", "x"};

	for (size_t i = 0; i < G_N_ELEMENTS(roots); i++) {
		g_autofree char *text = g_strdup_printf(
			ROOT "5 2 0:40 %s /proc/stat rw - fuse.lxfs lxfs rw\n", roots[i]);

		check_served(text, "");
	}
}
END_TEST

START_TEST(spared_folders_are_left_alone)
{
	const char *const spared[] = {"/run/lxfs/anchors", "/var/lib/lxfs", NULL};
	const LxSuspectRules rules = {.served = &served_now, .spared = spared};

	check_rules(ROOT DEAD(5, 1, "/var/lib/lxfs") DEAD(6, 1, "/run/lxfs/anchors/proc/stat")
			    DEAD(7, 1, "/var/lib/lxfs2"),
		&rules, "7/7:1 var/lib/lxfs2");
}
END_TEST

START_TEST(other_instances_views_can_be_left_out_but_not_those_of_lxcfs)
{
	g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	uint64_t ours = makedev(0, 40);
	const LxSuspectRules rules = {.served = &served_now, .devices = devices};
	const char *text = ROOT DEAD(5, 2, "/proc/stat") "6 2 0:41 /a /b rw - fuse.lxfs l rw\n"
							 "7 2 0:42 /c /d rw - fuse.lxcfs l rw\n";

	check_rules(text, &rules, "7/7:1 c");
	g_array_append_val(devices, ours);
	check_rules(text, &rules, "5/5:1 proc/stat, 7/7:1 c");
}
END_TEST

#define KERNEL(id, parent, root) #id " " #parent " 0:30 " root " /c rw - cgroup c rw,memory\n"
#define DEAD_CGROUP(id, parent) #id " " #parent " 0:40 /memory /c rw - fuse.lxfs lxfs-cgroup rw\n"

START_TEST(a_dead_cgroup_view_knows_what_the_container_had_there)
{
	g_autoptr(LxMountinfo) info =
		lx_mountinfo_parse(g_strdup(ROOT KERNEL(5, 1, "/box") DEAD_CGROUP(6, 5)), "", NULL);
	g_autoptr(GArray) suspects = lx_suspects_find(info, &(LxSuspectRules){0});

	ck_assert_uint_eq(suspects->len, 1);
	ck_assert_int_eq(g_array_index(suspects, LxSuspect, 0).kernel->id, 5);
	check_served(ROOT KERNEL(5, 1, "/box") DEAD_CGROUP(6, 5), "6/6:1 cgroup/memory");
	check_served(ROOT KERNEL(5, 1, "/box") DEAD_CGROUP(6, 5) KERNEL(7, 6, "/box"),
		"7/6:0 cgroup/memory");
	check_rules(ROOT KERNEL(5, 1, "/box") DEAD_CGROUP(6, 5) KERNEL(7, 6, "/box"),
		&(LxSuspectRules){0}, "");
}
END_TEST

START_TEST(layers_in_a_circle_come_to_an_end)
{
	check_served(
		"1 2 0:40 /a /a rw - fuse.lxfs l rw\n2 1 0:40 /a /a rw - fuse.lxfs l rw\n", "");
	check_served("1 1 0:40 /a /a rw - fuse.lxfs l rw\n", "1/1:1 a");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {views_of_another_time_are_suspects,
		what_is_served_and_what_is_no_view_is_none, a_live_view_on_a_dead_one_means_healed,
		all_dead_layers_on_top_of_each_other_go_at_once,
		the_hosts_file_that_was_given_stays_over_the_dead_view,
		anything_else_that_lies_on_a_dead_view_stays,
		what_lies_inside_a_dead_tree_goes_with_it,
		foreign_mounts_inside_a_dead_tree_are_noticed,
		pressure_files_are_named_by_their_source,
		names_that_are_nobodys_to_give_are_passed_over, spared_folders_are_left_alone,
		other_instances_views_can_be_left_out_but_not_those_of_lxcfs,
		a_dead_cgroup_view_knows_what_the_container_had_there,
		layers_in_a_circle_come_to_an_end, NULL};

	return unit_suite_new("mounts/suspects", tests);
}
