/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The live host's v1 controllers and their mount points, as libcgroup finds them.
 *
 * libcgroup keeps tables of 800 KiB, writes all of them when it starts and gives them back only
 * with its process: so a child asks it, and leaves what it heard in memory that both have.
 */
#include "cgroup/hierarchies.h"

#include "base/fd.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libcgroup.h>

#define WHAT "asking libcgroup for the mounted controllers"
#define ANSWER_MAX_BYTES (1 << 20)

enum { FIRST_CODE = ECGROUPNOTCOMPILED, DIED = -1, UNBORN = -2 };

/* libcgroup writes its errors to standard error unless it is given a logger. */
static void drop_log(void *data, int level, const char *format, va_list arguments)
{
}

/* Names and paths, each ended by a NUL; the code that ended it, ECGEOF when that is all. */
static int list_controllers(int answer)
{
	struct cgroup_mount_point mount;
	void *cursor = NULL;
	int code;

	cgroup_set_logger(drop_log, CGROUP_LOG_ERROR, NULL);
	code = cgroup_init();
	if (code)
		return code == ECGROUPNOTMOUNTED ? ECGEOF : code;
	for (code = cgroup_get_controller_begin(&cursor, &mount); code == 0;
		code = cgroup_get_controller_next(&cursor, &mount))
		if (dprintf(answer, "%s%c%s%c", mount.name, 0, mount.path, 0) < 0)
			return ECGOTHER;
	cgroup_get_controller_end(&cursor);
	return code;
}

/* libcgroup's code; DIED when the child did; UNBORN when there was none, errno says why. */
static int ask_in_child(int answer)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(list_controllers(answer) - FIRST_CODE);
	if (pid < 0)
		return UNBORN;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return DIED;
	return WIFEXITED(status) ? FIRST_CODE + WEXITSTATUS(status) : DIED;
}

static bool fail(int code, GError **error)
{
	if (code == UNBORN)
		lx_error_set_errno(error, errno, WHAT ": starting a child");
	else
		lx_error_set(error, ENOTSUP, WHAT ": %s",
			code == DIED ? "the child that asked died" : cgroup_strerror(code));
	return false;
}

bool lx_hierarchies_visit(LxHierarchyVisit visit, gpointer data, GError **error)
{
	g_auto(LxFd) answer = memfd_create("lxfs-controllers", MFD_CLOEXEC);
	g_auto(LxText) text = {0};
	LxSlice rest, controller, mount;
	int code;

	if (answer < 0) {
		lx_error_set_errno(error, errno, WHAT);
		return false;
	}
	code = ask_in_child(answer);
	if (code != ECGEOF)
		return fail(code, error);
	if (!lx_fd_read(answer, ANSWER_MAX_BYTES, "libcgroup's answer", &text, error))
		return false;
	rest = lx_text_slice(&text);
	while (lx_scan_until(&rest, '\0', &controller) && lx_scan_until(&rest, '\0', &mount))
		visit(controller.at, mount.at, data);
	return true;
}
