/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A worker that is coming up, as the supervisor sees it. */
#include "serve/newcomer.h"

#include "serve/fatal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

_Noreturn static void be_born(const LxWorkerTask *given, int report_fd, int go_fd)
{
	LxWorkerTask task = *given;

	task.report_fd = report_fd;
	task.go_fd = go_fd;
	lx_worker_run(&task);
}

/* It is tried again and again: said once until it can be done. */
static void note_birth(LxNewcomer *self, bool was_unborn, int code)
{
	self->unborn = self->pid == 0;
	if (self->unborn && !was_unborn)
		g_warning("starting a worker: %s, trying again", g_strerror(code));
}

bool lx_newcomer_start(LxNewcomer *newcomer, const LxWorkerTask *task)
{
	LxFd report[2] = {-1, -1}, go[2] = {-1, -1};
	bool was_unborn = newcomer->unborn;
	pid_t pid = -1;
	int code;

	lx_newcomer_forget(newcomer);
	lx_fatal_watch(task->estate);
	if (pipe2(report, O_CLOEXEC) == 0 && pipe2(go, O_CLOEXEC) == 0)
		pid = fork();
	code = errno;
	if (pid == 0) {
		lx_fd_clear(&report[0]);
		lx_fd_clear(&go[1]);
		be_born(task, report[1], go[0]);
	}
	lx_fd_clear(&report[1]);
	lx_fd_clear(&go[0]);
	*newcomer = (LxNewcomer){.pid = MAX(pid, 0), .report = report[0], .go = go[1]};
	if (report[0] >= 0)
		fcntl(report[0], F_SETFL, O_NONBLOCK);
	note_birth(newcomer, was_unborn, code);
	return pid > 0;
}

LxReport lx_newcomer_listen(LxNewcomer *newcomer, char why[LX_REPORT_MAX])
{
	char text[LX_REPORT_MAX];
	ssize_t got = newcomer->report < 0 ? -1 : read(newcomer->report, text, sizeof text - 1);

	if (got == 0)
		lx_fd_clear(&newcomer->report);
	if (got <= 0)
		return LX_REPORT_NOTHING;
	text[got] = '\0';
	if (strcmp(text, LX_REPORT_PREPARED_TEXT) == 0)
		return LX_REPORT_PREPARED;
	if (strcmp(text, LX_REPORT_SERVES_TEXT) == 0)
		return LX_REPORT_SERVES;
	g_strlcpy(why, text, LX_REPORT_MAX);
	return LX_REPORT_FAILED;
}

void lx_newcomer_explain_end(int status, char why[LX_REPORT_MAX])
{
	if (why[0])
		return;
	if (WIFSIGNALED(status))
		g_snprintf(why, LX_REPORT_MAX, "signal %d", WTERMSIG(status));
	else
		g_snprintf(why, LX_REPORT_MAX, "exit code %d", WEXITSTATUS(status));
}

void lx_newcomer_give_go(const LxNewcomer *newcomer)
{
	ssize_t written = write(newcomer->go, "G", 1);

	(void)written; /* it has died: SIGCHLD tells */
}

void lx_newcomer_end(const LxNewcomer *newcomer, LxEstate *estate, LxEnd why)
{
	estate->header->ending = why;
	kill(newcomer->pid, SIGKILL);
}

void lx_newcomer_forget(LxNewcomer *newcomer)
{
	lx_fd_clear(&newcomer->report);
	lx_fd_clear(&newcomer->go);
}

void lx_newcomer_end_process(pid_t *pid)
{
	if (*pid > 0) {
		kill(*pid, SIGKILL);
		while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	*pid = 0;
}
