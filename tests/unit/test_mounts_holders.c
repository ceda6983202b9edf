/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts/holders.h"
#include "unit.h"

#include <string.h>

#define ANCHORS "/run/lxfs/anchors"

/* The host: group 1 the anchors, 2 the host's file, 3 the file that is served, 4 somebody else's.
 */
static const char host[] =
	"20 1 0:20 / /run rw shared:4 - tmpfs t rw\n"
	"30 20 0:30 / " ANCHORS " rw shared:1 - tmpfs lxfs-anchors rw\n"
	"31 30 0:4 /meminfo " ANCHORS "/proc/meminfo ro shared:2 - proc p rw\n"
	"32 31 0:50 /proc/meminfo " ANCHORS "/proc/meminfo ro shared:3 - fuse.lxfs lxfs rw\n";

static LxMountinfo *parse(const char *text)
{
	LxMountinfo *info = lx_mountinfo_parse(g_strdup(text), "text", NULL);

	ck_assert_ptr_nonnull(info);
	return info;
}

/* Which of the groups 2 and 3 are held when these namespaces exist besides the host's. */
static char *held(const char *const *others)
{
	g_autoptr(LxMountinfo) own = parse(host);
	g_autoptr(LxHolders) holders = lx_holders_new(own, ANCHORS);
	GString *answer = g_string_new(NULL);

	lx_holders_add(holders, own);
	for (; *others; others++) {
		g_autoptr(LxMountinfo) other = parse(*others);

		lx_holders_add(holders, other);
	}
	for (int id = 31; id <= 32; id++)
		if (lx_holders_hold(holders, lx_mountinfo_by_id(own, id)))
			g_string_append_printf(answer, "%d", lx_mountinfo_by_id(own, id)->shared);
	return g_string_free(answer, FALSE);
}

#define is_held(expected, ...) \
	do { \
		g_autofree char *seen = held((const char *const[]){__VA_ARGS__ NULL}); \
		ck_assert_str_eq(seen, expected); \
	} while (0)

#define PROC "5 1 0:60 / /proc rw - proc p rw\n"

START_TEST(nobody_else_is_no_holder)
{
	is_held("", );
}
END_TEST

START_TEST(who_bound_the_served_file_holds_it)
{
	is_held("3", PROC "6 5 0:50 /proc/meminfo /proc/meminfo ro master:3 - fuse.lxfs l rw\n", );
}
END_TEST

START_TEST(who_bound_the_hosts_file_holds_that_and_not_what_came_later)
{
	is_held("2",
		PROC "6 5 0:4 /meminfo /proc/meminfo ro master:2 - proc p rw\n"
		     "7 6 0:50 /proc/meminfo /proc/meminfo ro master:3 - fuse.lxfs l rw\n", );
}
END_TEST

START_TEST(a_copy_of_all_mounts_holds_nothing)
{
	is_held("",
		"8 1 0:30 / " ANCHORS " rw master:1 - tmpfs t rw\n"
		"9 8 0:4 /meminfo " ANCHORS "/proc/meminfo ro master:2 - proc p rw\n"
		"10 9 0:50 /m " ANCHORS "/proc/meminfo ro master:3 - fuse.lxfs l rw\n", );
}
END_TEST

START_TEST(a_member_of_the_group_elsewhere_counts_like_a_slave)
{
	is_held("",
		"8 1 0:30 / " ANCHORS " rw shared:1 - tmpfs t rw\n"
		"9 8 0:4 /meminfo " ANCHORS "/proc/meminfo ro shared:2 - proc p rw\n"
		"10 9 0:50 /m " ANCHORS "/proc/meminfo ro shared:3 - fuse.lxfs l rw\n", );
	is_held("3", PROC "6 5 0:50 /proc/meminfo /proc/meminfo ro shared:3 - fuse.lxfs l rw\n", );
}
END_TEST

/* As systemd makes them for services with mounts of their own: slaves that are shared again. */
#define SERVICE \
	"8 1 0:30 / " ANCHORS " rw shared:71 master:1 - tmpfs t rw\n" \
	"9 8 0:4 /meminfo " ANCHORS "/proc/meminfo ro shared:72 master:2 - proc p rw\n" \
	"10 9 0:50 /m " ANCHORS "/proc/meminfo ro shared:73 master:3 - fuse.lxfs l rw\n"

START_TEST(a_copy_that_is_shared_again_holds_nothing)
{
	is_held("", SERVICE, );
}
END_TEST

START_TEST(who_follows_a_copy_holds_the_original)
{
	is_held("3", PROC "6 5 0:50 /m /proc/meminfo ro master:73 - fuse.lxfs l rw\n", SERVICE, );
}
END_TEST

START_TEST(who_follows_somebody_else_is_no_holder)
{
	is_held("", PROC "6 5 0:50 /proc/meminfo /proc/meminfo ro master:4 - fuse.lxfs l rw\n",
		PROC "6 5 0:50 /proc/meminfo /proc/meminfo ro - fuse.lxfs l rw\n",
		PROC "6 5 0:50 /proc/meminfo /proc/meminfo ro master:99 - fuse.lxfs l rw\n", );
}
END_TEST

START_TEST(a_mount_whose_parent_cannot_be_seen_is_held)
{
	is_held("3", "6 5 0:50 /proc/meminfo /proc/meminfo ro master:3 - fuse.lxfs l rw\n", );
}
END_TEST

START_TEST(when_a_namespace_could_not_be_read_everything_is_held)
{
	g_autoptr(LxMountinfo) own = parse(host);
	g_autoptr(LxHolders) holders = lx_holders_new(own, ANCHORS);

	lx_holders_add_unknown(holders);
	ck_assert(lx_holders_hold(holders, lx_mountinfo_by_id(own, 32)));
}
END_TEST

START_TEST(a_private_mount_is_never_held)
{
	g_autoptr(LxMountinfo) own = parse("30 1 0:30 / " ANCHORS "/x rw - a b rw\n");
	g_autoptr(LxHolders) holders = lx_holders_new(own, ANCHORS);

	lx_holders_add_unknown(holders);
	ck_assert(!lx_holders_hold(holders, lx_mountinfo_by_id(own, 30)));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {nobody_else_is_no_holder, who_bound_the_served_file_holds_it,
		who_bound_the_hosts_file_holds_that_and_not_what_came_later,
		a_copy_of_all_mounts_holds_nothing,
		a_member_of_the_group_elsewhere_counts_like_a_slave,
		a_copy_that_is_shared_again_holds_nothing, who_follows_a_copy_holds_the_original,
		who_follows_somebody_else_is_no_holder, a_mount_whose_parent_cannot_be_seen_is_held,
		when_a_namespace_could_not_be_read_everything_is_held,
		a_private_mount_is_never_held, NULL};

	return unit_suite_new("mounts/holders", tests);
}
