/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "child.h"

#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG_MSEC 600000

static int give(gpointer data)
{
	return *(const int *)data;
}

static int crash(gpointer data)
{
	return raise(SIGKILL);
}

/* Says that it is there. */
static int hang(gpointer data)
{
	const int *pipe_fd = data;

	if (pipe_fd && write(*pipe_fd, "", 1) != 1)
		return 1;
	for (;;)
		pause();
}

START_TEST(what_the_work_gives_is_told)
{
	int result = 7;

	ck_assert_int_eq(lx_child_run(give, &result, LONG_MSEC), 7);
}
END_TEST

START_TEST(one_that_crashes_has_failed)
{
	ck_assert_int_eq(lx_child_run(crash, NULL, LONG_MSEC), LX_CHILD_FAILED);
}
END_TEST

START_TEST(one_that_takes_too_long_is_given_up)
{
	ck_assert_int_eq(lx_child_run(hang, NULL, 1), LX_CHILD_HUNG);
}
END_TEST

START_TEST(a_child_ends_with_its_parent)
{
	int ends[2];
	char byte;
	pid_t parent;

	ck_assert_int_eq(pipe(ends), 0);
	parent = fork();
	if (parent == 0)
		_exit(lx_child_run(hang, &ends[1], LONG_MSEC) != 0);
	close(ends[1]);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	kill(parent, SIGKILL);
	ck_assert_int_eq(waitpid(parent, NULL, 0), parent);
	ck_assert_int_eq(read(ends[0], &byte, 1), 0); /* nobody has it any more */
	close(ends[0]);
}
END_TEST

START_TEST(a_child_whose_parent_has_ended_before_ends_at_once)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		lx_child_end_with(getpid()); /* who is not its parent */
		_exit(7);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(WEXITSTATUS(status), 1);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		what_the_work_gives_is_told,
		one_that_crashes_has_failed,
		one_that_takes_too_long_is_given_up,
		a_child_ends_with_its_parent,
		a_child_whose_parent_has_ended_before_ends_at_once,
		NULL,
	};

	return unit_suite_new("child", tests);
}
