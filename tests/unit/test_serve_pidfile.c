/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/pidfile.h"

#include "unit.h"

#include "fd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NAME "supervisor.pid"
#define TIMES 3000

START_TEST(one_that_is_held_names_its_holder)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *pid = g_strdup_printf("process %d", (int)getpid());
	g_auto(LxFd) lock = -1, other = -1;

	ck_assert_int_eq(lx_pidfile_holder(folder, NAME), 0);
	unit_ok(lx_pidfile_lock(folder, NAME, &lock, &error), error);
	lx_pidfile_claim(lock);
	ck_assert_int_eq(lx_pidfile_holder(folder, NAME), getpid());
	unit_fails(lx_pidfile_lock(folder, NAME, &other, &error), error, EBUSY, pid);
	lx_fd_clear(&lock);
	ck_assert_int_eq(lx_pidfile_holder(folder, NAME), 0);
	unit_ok(lx_pidfile_lock(folder, NAME, &other, &error), error);
}
END_TEST

static pid_t dead_process(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

START_TEST(whom_a_dead_holder_has_left_with_it_is_waited_for)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autoptr(GError) error = NULL;
	g_auto(LxFd) lock = -1, other = -1;
	pid_t child;

	unit_ok(lx_pidfile_lock(folder, NAME, &lock, &error), error);
	ck_assert_int_gt(dprintf(lock, "%d\n", (int)dead_process()), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		g_usleep(100000);
		_exit(0);
	}
	lx_fd_clear(&lock);
	unit_ok(lx_pidfile_lock(folder, NAME, &other, &error), error);
	waitpid(child, NULL, 0);
}
END_TEST

/* As one lxfs after the other ends. */
static void lock_and_remove(const char *folder, const char *path)
{
	g_auto(LxFd) lock = -1;

	if (lx_pidfile_lock(folder, NAME, &lock, NULL))
		unlink(path);
}

static bool is_at(int fd, const char *path)
{
	struct stat held, found;

	return fstat(fd, &held) == 0 && stat(path, &found) == 0 && held.st_ino == found.st_ino;
}

START_TEST(what_is_locked_is_never_a_file_that_its_last_holder_has_removed)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autofree char *path = g_build_filename(folder, NAME, NULL);
	unsigned removed = 0;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	while (child == 0)
		lock_and_remove(folder, path);
	for (unsigned n = 0; n < TIMES;) {
		g_auto(LxFd) lock = -1;

		if (!lx_pidfile_lock(folder, NAME, &lock, NULL))
			continue;
		n++;
		removed += !is_at(lock, path);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	ck_assert_uint_eq(removed, 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		one_that_is_held_names_its_holder,
		whom_a_dead_holder_has_left_with_it_is_waited_for,
		what_is_locked_is_never_a_file_that_its_last_holder_has_removed,
		NULL,
	};

	return unit_suite_new("serve/pidfile", tests);
}
