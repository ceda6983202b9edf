/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keeper: a second supervisor, outside the cgroup of the first one. */
#include "serve/keeper.h"

#include "calls/register.h"
#include "fd.h"
#include "mounts/mountinfo.h"
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#define LOG_NAME "keeper.log"
#define NSEC_PER_SEC UINT64_C(1000000000)

/* ---- Leaving ----------------------------------------------------------------------------- */

static void move_to(const LxMount *hierarchy)
{
	g_autofree char *path = g_build_filename(hierarchy->mountpoint, "cgroup.procs", NULL);
	g_auto(LxFd) processes = open(path, O_WRONLY | O_CLOEXEC);

	if (processes < 0 || write(processes, "0", 1) < 0)
		g_message("moving the keeper to %s: %s, ignoring", path, g_strerror(errno));
}

/* To the root of each hierarchy that is to be seen whole. */
static void leave_cgroups(void)
{
	g_autoptr(LxMountinfo) own = lx_mountinfo_read(getpid(), NULL);
	const LxMount *mount;

	for (unsigned i = 0; own && (mount = lx_mountinfo_at(own, i)) != NULL; i++)
		if (g_str_has_prefix(mount->fstype, "cgroup") && strcmp(mount->root, "/") == 0 &&
			!mount->hidden)
			move_to(mount);
}

/* A runtime waits until nobody holds its container's output any more. */
static void leave_output(const char *runtime_dir)
{
	g_autofree char *path = g_build_filename(runtime_dir, LOG_NAME, NULL);
	g_auto(LxFd) nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	g_auto(LxFd) log =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0644);

	dup2(nothing, STDIN_FILENO);
	dup2(log >= 0 ? log : nothing, STDOUT_FILENO);
	dup2(log >= 0 ? log : nothing, STDERR_FILENO);
}

static bool is_kept(int fd, const LxInheritance *inheritance, int connection)
{
	const LxEstate *estate = inheritance->estate;

	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		if (fd == estate->connection_fds[kind])
			return true;
	return fd <= STDERR_FILENO || fd == connection || fd == inheritance->lock ||
	       fd == estate->memory_fd || fd == estate->history_fd;
}

/* Above all the other one's listener, and its connection to a former elder. */
static void close_the_rest(const LxInheritance *inheritance, int connection)
{
	long highest = sysconf(_SC_OPEN_MAX);

	for (int fd = 0; fd < MIN(highest, 4096); fd++)
		if (!is_kept(fd, inheritance, connection))
			close(fd);
}

/* ---- The keeper -------------------------------------------------------------------------- */

_Noreturn static void keep(const LxSupervision *given, LxSupervise supervise, int connection)
{
	LxInheritance inheritance = *given->inheritance;
	LxSupervision own = *given;
	int exit_code;

	inheritance.elder = -1;
	inheritance.on_trial = false;
	inheritance.worker = 0;
	inheritance.previous = -1;
	own.inheritance = &inheritance;
	own.fresh = false;
	own.newcomer = connection;
	lx_register_release(inheritance.estate); /* copies are had from the supervisor */
	close_the_rest(&inheritance, connection);
	setsid();
	prctl(PR_SET_NAME, "lxfs-keeper");
	leave_output(given->settings->runtime_dir);
	leave_cgroups();
	exit_code = supervise(&own);
	if (!own.survived)
		lx_runtime_remove(own.settings->runtime_dir, "supervisor.pid");
	_exit(exit_code);
}

/* It is tried again and again: said once until it can be done. */
static void note_failure(LxSupervision *given, int code)
{
	if (!given->unkept)
		g_warning("starting a keeper: %s, trying again", g_strerror(code));
	given->unkept = true;
}

static void start(LxSupervision *given, LxSupervise supervise)
{
	LxFd ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0) {
		note_failure(given, errno);
		return;
	}
	pid = fork();
	if (pid < 0)
		note_failure(given, errno);
	if (pid == 0)
		keep(given, supervise, ends[1]);
	lx_fd_clear(&ends[1]);
	if (pid > 0) {
		given->inheritance->elder = lx_fd_steal(&ends[0]);
		given->unkept = false;
	}
	lx_fd_clear(&ends[0]);
}

bool lx_keeper_check(LxSupervision *given, LxSupervise supervise, uint64_t alone_nsec)
{
	if (given->keep_sec == 0)
		return false;
	if (given->newcomer >= 0)
		return alone_nsec > (uint64_t)given->keep_sec * NSEC_PER_SEC;
	if (given->inheritance->elder < 0)
		start(given, supervise);
	return false;
}
