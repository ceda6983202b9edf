/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts/mountinfo.h"
#include "unit.h"

#include <errno.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/sysmacros.h>

static LxMountinfo *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	LxMountinfo *info = lx_mountinfo_parse(g_strdup(text), "text", &error);

	ck_assert_msg(info != NULL, "%s", error ? error->message : "no error");
	return info;
}

static void refuse(const char *text, const char *word)
{
	GError *error = NULL;
	LxMountinfo *info = lx_mountinfo_parse(g_strdup(text), "text", &error);

	unit_fails(info != NULL, error, EPROTO, word);
}

START_TEST(a_line_is_understood)
{
	g_autoptr(LxMountinfo) info =
		parse("36 35 98:1 /mnt1 /mnt/2 ro,nosuid,noatime shared:7 master:12 - ext4 "
		      "/dev/root rw,errors=continue\n");
	const LxMount *mount = lx_mountinfo_at(info, 0);

	ck_assert_int_eq(mount->id, 36);
	ck_assert_int_eq(mount->parent, 35);
	ck_assert_uint_eq(mount->device, makedev(98, 1));
	ck_assert_str_eq(mount->root, "/mnt1");
	ck_assert_str_eq(mount->mountpoint, "/mnt/2");
	ck_assert_uint_eq(mount->attributes, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
	ck_assert_int_eq(mount->shared, 7);
	ck_assert_int_eq(mount->master, 12);
	ck_assert_str_eq(mount->fstype, "ext4");
	ck_assert_str_eq(mount->source, "/dev/root");
	ck_assert_ptr_null(lx_mountinfo_at(info, 1));
}
END_TEST

START_TEST(optional_fields_may_be_missing_or_unknown)
{
	g_autoptr(LxMountinfo) info =
		parse("1 0 0:1 / / rw - tmpfs none rw\n"
		      "2 1 0:2 / /a rw unbindable - tmpfs none rw\n"
		      "3 1 0:2 / /b rw newer:thing shared:4 - tmpfs none rw\n");

	ck_assert_int_eq(lx_mountinfo_at(info, 0)->shared, 0);
	ck_assert_int_eq(lx_mountinfo_at(info, 1)->master, 0);
	ck_assert_int_eq(lx_mountinfo_at(info, 2)->shared, 4);
}
END_TEST

START_TEST(escapes_are_undone)
{
	g_autoptr(LxMountinfo) info = parse("1 0 0:1 /a\\040b /c\\011\\012\\134d rw - x\\040y "
					    "s\\043 rw\n");
	const LxMount *mount = lx_mountinfo_at(info, 0);

	ck_assert_str_eq(mount->root, "/a b");
	ck_assert_str_eq(mount->mountpoint, "/c\t\n\\d");
	ck_assert_str_eq(mount->fstype, "x y");
	ck_assert_str_eq(mount->source, "s#");
}
END_TEST

START_TEST(what_is_no_escape_is_left)
{
	g_autoptr(LxMountinfo) info = parse("1 0 0:1 /a\\ /b\\04 rw - x\\400 \\08z rw\n");
	const LxMount *mount = lx_mountinfo_at(info, 0);

	ck_assert_str_eq(mount->root, "/a\\");
	ck_assert_str_eq(mount->mountpoint, "/b\\04");
	ck_assert_str_eq(mount->fstype, "x\\400");
	ck_assert_str_eq(mount->source, "\\08z");
}
END_TEST

START_TEST(a_source_may_be_empty)
{
	g_autoptr(LxMountinfo) info = parse("1 0 0:1 / /a rw - fuse.x  rw\n");

	ck_assert_str_eq(lx_mountinfo_at(info, 0)->fstype, "fuse.x");
	ck_assert_str_eq(lx_mountinfo_at(info, 0)->source, "");
}
END_TEST

START_TEST(no_text_is_no_mounts)
{
	g_autoptr(LxMountinfo) info = parse("");

	ck_assert_ptr_null(lx_mountinfo_at(info, 0));
	ck_assert_ptr_null(lx_mountinfo_top(info, "/"));
	ck_assert_ptr_null(lx_mountinfo_by_id(info, 0));
}
END_TEST

START_TEST(the_last_newline_may_be_missing)
{
	g_autoptr(LxMountinfo) info = parse("1 0 0:1 / / rw - a b rw\n2 1 0:1 / /x rw - a b rw");

	ck_assert_str_eq(lx_mountinfo_at(info, 1)->mountpoint, "/x");
}
END_TEST

START_TEST(what_the_kernel_would_not_print_is_refused)
{
	static const char *const good = "1 0 0:1 / / rw - a b rw\n";
	static const char *const bad[] = {
		"garbage",
		"1",
		"1 0",
		"1 0 0:1",
		"1 0 0:1 /",
		"1 0 0:1 / /",
		"1 0 0:1 / / rw",
		"1 0 0:1 / / rw -",
		"1 0 0:1 / / rw - a",
		"x 0 0:1 / / rw - a b rw",
		"1 x 0:1 / / rw - a b rw",
		"1 0 01 / / rw - a b rw",
		"1 0 0:x / / rw - a b rw",
		"-1 0 0:1 / / rw - a b rw",
		"99999999999 0 0:1 / / rw - a b rw",
		"1 0 0:1 / / rw shared:x - a b rw",
		"1 0 0:1 / / rw master: - a b rw",
		"1 0 0:1 / x rw - a b rw",
		"1  0 0:1 / / rw - a b rw",
		" 1 0 0:1 / / rw - a b rw",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *text = g_strconcat(good, bad[i], "\n", NULL);

		refuse(text, "text, line 2");
	}
	refuse("\n1 0 0:1 / / rw - a b rw\n", "line 1");
}
END_TEST

static const char stacked[] = "1 0 0:1 / / rw - ext4 d rw\n"
			      "5 1 0:5 / /run rw shared:1 - tmpfs t rw\n"
			      "9 7 0:9 / /run/x rw - fuse f rw\n"
			      "7 6 0:7 / /run/x rw - fuse f rw\n"
			      "6 5 0:6 / /run/x rw - proc p rw\n"
			      "8 5 0:8 / /run/y rw - proc p rw\n";

START_TEST(the_topmost_mount_is_found_whatever_the_order)
{
	g_autoptr(LxMountinfo) info = parse(stacked);

	ck_assert_int_eq(lx_mountinfo_top(info, "/run/x")->id, 9);
	ck_assert_int_eq(lx_mountinfo_top(info, "/run/y")->id, 8);
	ck_assert_int_eq(lx_mountinfo_top(info, "/")->id, 1);
	ck_assert_ptr_null(lx_mountinfo_top(info, "/run/"));
	ck_assert_ptr_null(lx_mountinfo_top(info, "/run/x/y"));
}
END_TEST

/* As where /run is bound onto itself after something was mounted below it, and shared. */
START_TEST(what_is_hidden_is_not_what_a_path_leads_to)
{
	g_autoptr(LxMountinfo) info = parse("1 0 0:1 / / rw - ext4 d rw\n"
					    "3 1 0:3 / /run/x rw - fuse f rw\n"
					    "2 1 0:1 /run /run rw shared:1 - ext4 d rw\n");

	ck_assert_ptr_null(lx_mountinfo_top(info, "/run/x"));
	ck_assert_int_eq(lx_mountinfo_top(info, "/run")->id, 2);
}
END_TEST

START_TEST(layers_are_walked_downwards)
{
	g_autoptr(LxMountinfo) info = parse(stacked);
	const LxMount *top = lx_mountinfo_top(info, "/run/x");

	ck_assert_int_eq(lx_mountinfo_beneath(info, top)->id, 7);
	ck_assert_int_eq(lx_mountinfo_bottom(info, top)->id, 6);
	ck_assert_ptr_null(lx_mountinfo_beneath(info, lx_mountinfo_by_id(info, 6)));
	ck_assert_ptr_null(lx_mountinfo_beneath(info, lx_mountinfo_by_id(info, 8)));
	ck_assert_ptr_null(lx_mountinfo_by_id(info, 4));
}
END_TEST

START_TEST(mounts_in_a_circle_come_to_an_end)
{
	g_autoptr(LxMountinfo) info = parse("1 2 0:1 / /a rw - a b rw\n"
					    "2 1 0:1 / /a rw - a b rw\n"
					    "3 3 0:1 / /a rw - a b rw\n");

	ck_assert_ptr_nonnull(lx_mountinfo_bottom(info, lx_mountinfo_by_id(info, 1)));
	ck_assert_int_eq(lx_mountinfo_top(info, "/a")->id, 3);
	ck_assert_ptr_null(lx_mountinfo_beneath(info, lx_mountinfo_by_id(info, 3)));
}
END_TEST

START_TEST(our_own_mounts_can_be_read)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxMountinfo) info = lx_mountinfo_read(getpid(), &error);

	unit_ok(info != NULL, error);
	ck_assert_ptr_nonnull(lx_mountinfo_at(info, 0));
}
END_TEST

START_TEST(a_process_that_has_gone_is_an_error)
{
	GError *error = NULL;
	LxMountinfo *info = lx_mountinfo_read(INT_MAX, &error);

	unit_fails(info != NULL, error, ENOENT, "mountinfo");
}
END_TEST

START_TEST(what_other_mounts_lie_over_is_hidden)
{
	static const char base[] = "1 0 0:1 / / rw - x x rw\n2 1 0:2 / /a rw - x x rw\n"
				   "3 2 0:3 / /a/b/c rw - x x rw\n";
	static const struct {
		const char *more;
		bool hidden;
	} rows[] = {
		{"", false},
		{"4 3 0:4 / /a/b/c rw - x x rw\n", true},
		{"4 2 0:4 / /a rw - x x rw\n", true},
		{"4 2 0:4 / /a/b rw - x x rw\n", true},
		{"4 1 0:4 / / rw - x x rw\n", true},
		{"4 2 0:4 / /a/bb rw - x x rw\n", false},
		{"4 2 0:4 / /a/b/cc rw - x x rw\n", false},
		{"4 3 0:4 / /a/b/c/d rw - x x rw\n", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strconcat(base, rows[i].more, NULL);
		g_autoptr(LxMountinfo) info = parse(text);

		ck_assert_msg(lx_mountinfo_by_id(info, 3)->hidden == rows[i].hidden, "with %s",
			rows[i].more);
	}
}
END_TEST

START_TEST(a_path_of_a_file_system_is_where_it_is_mounted)
{
	static const char text[] = "1 0 8:1 /@root / rw - x x rw\n"
				   "2 1 8:1 /@home /home rw - x x rw\n"
				   "3 1 8:2 / /data rw - x x rw\n"
				   "4 1 8:3 / /hid rw - x x rw\n5 4 8:4 / /hid rw - x x rw\n"
				   "6 1 8:3 /in /seen rw - x x rw\n";
	static const struct {
		unsigned device;
		const char *path, *expected;
	} rows[] = {
		{1, "/@root/var/x", "/var/x"},
		{1, "/@home/x", "/home/x"},
		{1, "/@home", "/home"},
		{1, "/@homes/x", NULL},
		{1, "/x", NULL},
		{2, "/x", "/data/x"},
		{2, "/", "/data/"},
		{3, "/in/x", "/seen/x"},
		{3, "/x", NULL},
		{9, "/x", NULL},
	};
	g_autoptr(LxMountinfo) info = parse(text);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path =
			lx_mountinfo_path_to(info, makedev(8, rows[i].device), rows[i].path);

		ck_assert_pstr_eq(path, rows[i].expected);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {a_line_is_understood,
		optional_fields_may_be_missing_or_unknown, escapes_are_undone,
		what_is_no_escape_is_left, a_source_may_be_empty, no_text_is_no_mounts,
		the_last_newline_may_be_missing, what_the_kernel_would_not_print_is_refused,
		the_topmost_mount_is_found_whatever_the_order,
		what_is_hidden_is_not_what_a_path_leads_to, layers_are_walked_downwards,
		mounts_in_a_circle_come_to_an_end, our_own_mounts_can_be_read,
		a_process_that_has_gone_is_an_error, what_other_mounts_lie_over_is_hidden,
		a_path_of_a_file_system_is_where_it_is_mounted, NULL};

	return unit_suite_new("mounts/mountinfo", tests);
}
