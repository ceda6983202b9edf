/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "view/kept.h"

#define MANY 3000u

static LxKept *kept_of(LxNode node, uint64_t top, bool rooted)
{
	LxFd fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return lx_kept_new(&(LxKeptKey){node, top, rooted}, &fd, 7, "/box/file");
}

static bool has(LxKeptFiles *files, LxKeptKey key)
{
	g_autoptr(LxKept) kept = lx_kept_files_get(files, &key);

	ck_assert(!kept || (kept->inode == 7 && strcmp(kept->path, "/box/file") == 0));
	return kept != NULL;
}

START_TEST(a_file_is_kept_for_its_key_alone)
{
	LxKeptFiles *files = lx_kept_files_new();

	ck_assert(!has(files, (LxKeptKey){1, 2, false}));
	lx_kept_files_put(files, kept_of(1, 2, false));
	ck_assert(has(files, (LxKeptKey){1, 2, false}));
	ck_assert(!has(files, (LxKeptKey){1, 2, true}));
	ck_assert(!has(files, (LxKeptKey){1, 3, false}));
	ck_assert(!has(files, (LxKeptKey){2, 2, false}));
	lx_kept_files_free(files);
}
END_TEST

START_TEST(only_the_one_that_is_meant_is_dropped)
{
	LxKeptFiles *files = lx_kept_files_new();
	LxKeptKey key = {1, 2, false};
	LxKept *first = kept_of(1, 2, false);
	g_autoptr(LxKept) held = NULL;

	lx_kept_files_put(files, first);
	held = lx_kept_files_get(files, &key);
	ck_assert_ptr_eq(held, first);
	lx_kept_files_put(files, kept_of(1, 2, false));
	lx_kept_files_drop(files, held);
	ck_assert(has(files, key));
	ck_assert_int_ge(fcntl(held->fd, F_GETFD), 0); /* as long as somebody holds it */
	lx_kept_unref(g_steal_pointer(&held));
	held = lx_kept_files_get(files, &key);
	lx_kept_files_drop(files, held);
	ck_assert(!has(files, key));
	lx_kept_files_free(files);
}
END_TEST

START_TEST(many_files_take_no_more_than_there_is_room_for)
{
	LxKeptFiles *files = lx_kept_files_new();
	unsigned n = 0;

	for (LxNode node = 0; node < MANY; node++)
		lx_kept_files_put(files, kept_of(node, 2, false));
	for (LxNode node = 0; node < MANY; node++)
		n += has(files, (LxKeptKey){node, 2, false});
	ck_assert_uint_ge(n, 200);
	ck_assert_uint_le(n, 256);
	ck_assert(lx_kept_files_release(files));
	ck_assert(!lx_kept_files_release(files));
	lx_kept_files_free(files);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {a_file_is_kept_for_its_key_alone,
		only_the_one_that_is_meant_is_dropped,
		many_files_take_no_more_than_there_is_room_for, NULL};

	return unit_suite_new("view/kept", tests);
}
