/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fd.h"
#include "mounts/place.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static const char *const files[] = {"a/b/file", "text", "a/other", "more", NULL};

static bool same(int fd, const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	struct stat seen, expected;

	return fd >= 0 && fstat(fd, &seen) == 0 && lstat(path, &expected) == 0 &&
	       seen.st_ino == expected.st_ino && seen.st_dev == expected.st_dev;
}

static void refuse(int root, const char *path, int code)
{
	g_auto(LxFd) fd = lx_place_open(root, path);

	ck_assert_msg(fd < 0, "%s was opened", path);
	ck_assert_msg(errno == code, "%s: %s", path, g_strerror(errno));
}

START_TEST(a_path_is_walked_from_the_root_it_is_given)
{
	unit_autofolder folder = unit_folder_new(files);
	g_auto(LxFd) root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_auto(LxFd) inner = lx_place_walk(root, "/a//b/");
	g_auto(LxFd) file = lx_place_open(root, "/a/b/file");
	g_auto(LxFd) top = lx_place_walk(root, "/");

	ck_assert(same(inner, folder, "a/b"));
	ck_assert(same(file, folder, "a/b/file"));
	ck_assert(same(top, folder, "."));
}
END_TEST

START_TEST(links_are_not_followed)
{
	unit_autofolder folder = unit_folder_new(files);
	g_auto(LxFd) root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_auto(LxFd) link = -1;

	ck_assert_int_eq(symlinkat("a", root, "link"), 0);
	ck_assert_int_eq(symlinkat("/", root, "a/away"), 0);
	ck_assert_int_eq(symlinkat("b/file", root, "a/last"), 0);
	refuse(root, "/link/b/file", ENOTDIR);
	refuse(root, "/a/away/etc", ENOTDIR);
	link = lx_place_open(root, "/a/last");
	ck_assert(same(link, folder, "a/last"));
	ck_assert(!same(link, folder, "a/b/file"));
}
END_TEST

START_TEST(no_path_leads_out_of_the_root)
{
	unit_autofolder folder = unit_folder_new(files);
	g_autofree char *inside = g_build_filename(folder, "a/b", NULL);
	g_auto(LxFd) root = open(inside, O_PATH | O_DIRECTORY | O_CLOEXEC);

	refuse(root, "/../other", EINVAL);
	refuse(root, "/./file", EINVAL);
	refuse(root, "/..", EINVAL);
	refuse(root, "/", EINVAL);
}
END_TEST

START_TEST(what_is_not_there_is_told_from_what_is_no_folder)
{
	unit_autofolder folder = unit_folder_new(files);
	g_auto(LxFd) root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	refuse(root, "/a/c/file", ENOENT);
	refuse(root, "/a/b/c", ENOENT);
	refuse(root, "/a/other/c", ENOTDIR);
	refuse(-1, "/a/other", EBADF);
}
END_TEST

START_TEST(every_descriptor_lies_on_a_mount)
{
	unit_autofolder folder = unit_folder_new(files);
	g_auto(LxFd) proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_auto(LxFd) root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_auto(LxFd) file = lx_place_open(root, "/a/b/file");

	ck_assert_int_gt(lx_place_mount_id(proc, root), 0);
	ck_assert_int_eq(lx_place_mount_id(proc, file), lx_place_mount_id(proc, root));
	ck_assert_int_ne(lx_place_mount_id(proc, proc), lx_place_mount_id(proc, root));
	ck_assert_int_eq(lx_place_mount_id(proc, -1), -1);
	ck_assert_int_eq(lx_place_mount_id(-1, root), -1);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {a_path_is_walked_from_the_root_it_is_given,
		links_are_not_followed, no_path_leads_out_of_the_root,
		what_is_not_there_is_told_from_what_is_no_folder, every_descriptor_lies_on_a_mount,
		NULL};

	return unit_suite_new("mounts/place", tests);
}
