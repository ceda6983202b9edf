/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking the program on disk whether it can take our estate over. */
#include "serve/check.h"

#include "calls/register.h"
#include "child.h"
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define LIMIT_NSEC (UINT64_C(5) * 1000000000)
#define ANSWER_MAX 512

/* Its own arguments, with the question behind the verb. */
static char **question(char **argv)
{
	GPtrArray *words = g_ptr_array_new();

	for (int i = 0; argv[i]; i++) {
		g_ptr_array_add(words, argv[i]);
		if (i == 1)
			g_ptr_array_add(words, (gpointer) "--check-inheritance");
	}
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(words, FALSE);
}

/*
 * The shared memory says whether it can be taken over. By copies of the rest a program that hangs
 * would keep mounts that nobody serves, the lock, and an elder from seeing that we have died.
 */
static void part_with_all_but_the_memory(LxInheritance *inheritance)
{
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		lx_fd_clear(&inheritance->estate->connection_fds[kind]);
	lx_register_release(inheritance->estate);
	lx_fd_clear(&inheritance->lock);
	lx_fd_clear(&inheritance->previous);
	lx_fd_clear(&inheritance->elder);
}

_Noreturn static void ask(
	const LxInheritance *inheritance, const char *program, char **argv, int answer)
{
	LxInheritance shown = *inheritance;
	GError *error = NULL;
	sigset_t none;

	part_with_all_but_the_memory(&shown);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(answer, STDOUT_FILENO);
	dup2(answer, STDERR_FILENO);
	lx_handover_execute(&shown, program, question(argv), &error);
	dprintf(STDERR_FILENO, "%s\n", error->message);
	_exit(EXIT_FAILURE);
}

bool lx_check_start(LxCheck *check, const LxInheritance *inheritance, const char *program,
	char **argv, GError **error)
{
	pid_t supervisor = getpid(), pid;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
		lx_error_set_errno(error, errno, "asking %s", program);
		return false;
	}
	pid = fork();
	if (pid == 0) {
		lx_child_end_with(supervisor);
		ask(inheritance, program, argv, ends[1]);
	}
	close(ends[1]);
	if (pid < 0) {
		lx_error_set_errno(error, errno, "asking %s", program);
		close(ends[0]);
		return false;
	}
	*check = (LxCheck){
		.pid = pid,
		.answer = ends[0],
		.deadline_nsec = lx_clock_now_nsec(CLOCK_MONOTONIC) + LIMIT_NSEC,
	};
	return true;
}

void lx_check_limit(const LxCheck *check, uint64_t now_nsec)
{
	if (check->pid > 0 && now_nsec > check->deadline_nsec)
		kill(check->pid, SIGKILL);
}

static void set_error(GError **error, int status, char *answer)
{
	g_strdelimit(g_strstrip(answer), "\n", ' ');
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
		lx_error_set(error, EPROTO, "the new program is no lxfs that can take over");
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		lx_error_set(error, ETIMEDOUT, "the new program did not answer in time");
	else if (WIFSIGNALED(status))
		lx_error_set(error, EPROTO, "the new program died (signal %d)", WTERMSIG(status));
	else
		lx_error_set(error, EPROTO, "%s",
			answer[0] ? answer : "the new program refuses, and does not say why");
}

bool lx_check_finish(LxCheck *check, int status, GError **error)
{
	char answer[ANSWER_MAX];
	ssize_t got = read(check->answer, answer, sizeof answer - 1);

	answer[MAX(got, 0)] = '\0';
	lx_fd_clear(&check->answer);
	check->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS &&
		g_str_has_prefix(answer, LX_CHECK_YES))
		return true;
	set_error(error, status, answer);
	return false;
}
