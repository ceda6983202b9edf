/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handing the estate to another program image of the same process. */
#include "serve/handover.h"

#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define VARIABLE "LXFS_INHERITANCE"

void lx_inheritance_clear(LxInheritance *inheritance)
{
	g_clear_pointer(&inheritance->estate, lx_estate_free);
	lx_fd_clear(&inheritance->previous);
}

static void set_close_on_exec(int fd, bool on)
{
	if (fd >= 0)
		fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0);
}

static void set_all_close_on_exec(const LxEstate *estate, bool on)
{
	set_close_on_exec(estate->memory_fd, on);
	set_close_on_exec(estate->history_fd, on);
	for (int i = 0; i < LX_N_CONNECTIONS; i++)
		set_close_on_exec(estate->connection_fds[i], on);
}

/* "memory history fuse fuse worker previous" */
static bool parse(const char *text, int numbers[6])
{
	return sscanf(text, "%d %d %d %d %d %d", &numbers[0], &numbers[1], &numbers[2], &numbers[3],
		       &numbers[4], &numbers[5]) == 6;
}

bool lx_handover_take(LxInheritance *out, GError **error)
{
	const char *text = getenv(VARIABLE);
	LxInheritance inheritance = {.previous = -1};
	int numbers[6];

	*out = inheritance;
	if (!text)
		return true;
	if (!parse(text, numbers)) {
		lx_error_set(
			error, EPROTO, "taking over from another lxfs: \"%s\" names nothing", text);
		return false;
	}
	unsetenv(VARIABLE);
	inheritance.estate = lx_estate_inherit(numbers[0], numbers[1], error);
	if (!inheritance.estate)
		return false;
	inheritance.estate->connection_fds[LX_CONNECTION_VIEWS] = numbers[2];
	inheritance.estate->connection_fds[LX_CONNECTION_PRESSURE] = numbers[3];
	inheritance.worker = numbers[4];
	inheritance.previous = numbers[5];
	set_all_close_on_exec(inheritance.estate, true);
	set_close_on_exec(inheritance.previous, true);
	*out = inheritance;
	return true;
}

void lx_handover_execute(
	const LxEstate *estate, const char *program, char **argv, pid_t worker, GError **error)
{
	int previous = worker ? open("/proc/self/exe", O_RDONLY) : -1;
	g_autofree char *text = g_strdup_printf("%d %d %d %d %d %d", estate->memory_fd,
		estate->history_fd, estate->connection_fds[LX_CONNECTION_VIEWS],
		estate->connection_fds[LX_CONNECTION_PRESSURE], (int)worker, previous);

	setenv(VARIABLE, text, 1);
	set_all_close_on_exec(estate, false);
	execv(program, argv);
	lx_error_set_errno(error, errno, "executing %s", program);
	set_all_close_on_exec(estate, true);
	unsetenv(VARIABLE);
	lx_fd_clear(&previous);
}
