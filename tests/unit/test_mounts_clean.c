/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts/clean.h"
#include "unit.h"

#include <string.h>

#define ROOT "1 0 8:1 / / rw - ext4 d rw\n"
#define PROC(id, path) #id " 1 0:4 / " path " rw - proc p rw\n"
#define ON(id, parent, path) #id " " #parent " 0:9 / " path " rw - tmpfs t rw\n"

/* The id of the procfs of which a copy is needed when something is put on those with `hidden`. */
static int needed_below(const char *root, const char *text, int hidden)
{
	g_autoptr(LxMountinfo) info = lx_mountinfo_parse(g_strdup(text), "text", NULL);
	g_autoptr(GPtrArray) mounts = g_ptr_array_new();
	const LxMount *found;

	ck_assert_ptr_nonnull(info);
	g_ptr_array_add(mounts, (gpointer)lx_mountinfo_by_id(info, hidden));
	found = lx_clean_find_needed(info, root, "proc", mounts);
	return found ? found->id : 0;
}

static int needed(const char *text, int hidden)
{
	return needed_below(NULL, text, hidden);
}

START_TEST(the_last_whole_procfs_needs_a_copy)
{
	ck_assert_int_eq(needed(ROOT PROC(2, "/proc"), 2), 2);
}
END_TEST

START_TEST(a_procfs_that_stays_whole_is_enough)
{
	ck_assert_int_eq(needed(ROOT PROC(2, "/proc") PROC(3, "/other"), 2), 0);
	ck_assert_int_eq(needed(ROOT PROC(2, "/proc"), 1), 0);
}
END_TEST

START_TEST(what_goes_with_pivot_root_is_not_enough)
{
	ck_assert_int_eq(needed_below("/c", ROOT PROC(2, "/proc") PROC(3, "/c/proc"), 3), 3);
	ck_assert_int_eq(needed_below("/c", ROOT PROC(2, "/cc/proc") PROC(3, "/c/proc"), 3), 3);
	ck_assert_int_eq(needed_below("/c", ROOT PROC(2, "/c/d") PROC(3, "/c/proc"), 3), 0);
	ck_assert_int_eq(needed_below("/", ROOT PROC(2, "/d") PROC(3, "/proc"), 3), 0);
}
END_TEST

/* Else a container would get to see what its runtime has masked. */
START_TEST(where_none_is_whole_none_is_needed)
{
	ck_assert_int_eq(needed(ROOT PROC(2, "/proc") ON(3, 2, "/proc/kcore"), 2), 0);
	ck_assert_int_eq(needed(ROOT PROC(2, "/proc") ON(3, 2, "/proc"), 2), 0);
	ck_assert_int_eq(needed(ROOT "2 1 0:4 /1 /proc rw - proc p rw\n", 2), 0);
	ck_assert_int_eq(needed(ROOT, 1), 0);
}
END_TEST

START_TEST(what_lies_on_a_folder_that_is_always_empty_hides_nothing)
{
	ck_assert_int_eq(needed(ROOT PROC(2, "/proc") ON(3, 2, "/proc/sys/fs/binfmt_misc"), 2), 2);
	ck_assert_int_eq(needed(ROOT PROC(2, "/a/proc") ON(3, 2, "/a/proc/fs/nfsd"), 2), 2);
	ck_assert_int_eq(needed(ROOT PROC(2, "/proc") ON(3, 2, "/proc/fs"), 2), 0);
}
END_TEST

START_TEST(what_was_put_there_is_found_by_its_name)
{
	static const char text[] = ROOT PROC(2, "/proc")
		ON(3, 2, "/proc/tty/ldisc") "4 2 0:9 / /proc/tty/ldisc rw - tmpfs lxfs-clean rw\n";
	g_autoptr(LxMountinfo) info = lx_mountinfo_parse(g_strdup(text), "text", NULL);
	g_autoptr(LxMountinfo) other = lx_mountinfo_parse(g_strdup(ROOT), "text", NULL);

	ck_assert_int_eq(lx_clean_find(info)->id, 4);
	ck_assert_ptr_null(lx_clean_find(other));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {the_last_whole_procfs_needs_a_copy,
		a_procfs_that_stays_whole_is_enough, what_goes_with_pivot_root_is_not_enough,
		where_none_is_whole_none_is_needed,
		what_lies_on_a_folder_that_is_always_empty_hides_nothing,
		what_was_put_there_is_found_by_its_name, NULL};

	return unit_suite_new("mounts/clean", tests);
}
