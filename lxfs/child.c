/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work that may hang, in a child. */
#include "child.h"

#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int64_t lx_child_now_msec(void)
{
	return g_get_monotonic_time() / 1000;
}

int lx_child_left_msec(int64_t deadline_msec)
{
	return (int)CLAMP(deadline_msec - lx_child_now_msec(), 0, INT_MAX);
}

/* A byte when the work is done; the end of the file when the child died before. */
static bool wait_for_end(int pipe_fd, unsigned limit_msec)
{
	int64_t deadline = lx_child_now_msec() + limit_msec;
	struct pollfd end = {.fd = pipe_fd, .events = POLLIN};

	for (;;) {
		int ready = poll(&end, 1, lx_child_left_msec(deadline));

		if (ready >= 0 || errno != EINTR)
			return ready > 0;
	}
}

static int collect(pid_t pid)
{
	int status = 0;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	return got == pid && WIFEXITED(status) ? WEXITSTATUS(status) : LX_CHILD_FAILED;
}

/* Says so with a byte: a child of its own that hangs may hold the pipe open for ever. */
_Noreturn static void run(int (*work)(gpointer data), gpointer data, int pipe_fd)
{
	int result = work(data);
	ssize_t written = write(pipe_fd, "", 1);

	(void)written; /* nobody waits any more */
	_exit(result);
}

void lx_child_end_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

void lx_child_let_go(void)
{
	g_auto(LxFd) null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (null >= 0)
			dup2(null, fd);
}

int lx_child_run(int (*work)(gpointer data), gpointer data, unsigned limit_msec)
{
	g_auto(LxFd) mine = -1;
	pid_t parent = getpid(), pid;
	LxFd ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return LX_CHILD_NONE;
	mine = ends[0];
	pid = fork();
	if (pid == 0) {
		lx_child_end_with(parent);
		run(work, data, ends[1]);
	}
	lx_fd_clear(&ends[1]);
	if (pid < 0)
		return LX_CHILD_NONE;
	if (wait_for_end(mine, limit_msec))
		return collect(pid);
	kill(pid, SIGKILL);
	return LX_CHILD_HUNG;
}
