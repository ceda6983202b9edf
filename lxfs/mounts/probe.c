/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does the server of a mount answer? */
#include "mounts/probe.h"

#include "child.h"
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* FORCE_SYNC: the kernel may remember attributes longer than their server lives. */
static int ask(gpointer data)
{
	const int *fd = data;
	struct statx status;

	lx_child_let_go();
	if (statx(*fd, "", AT_EMPTY_PATH | AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &status) == 0)
		return LX_PROBE_ALIVE;
	return errno == ENOTCONN || errno == ECONNABORTED || errno == ECONNREFUSED ? LX_PROBE_DEAD
										   : LX_PROBE_ALIVE;
}

LxProbe lx_probe_fd(int fd, unsigned limit_msec)
{
	int answer = lx_child_run(ask, &fd, limit_msec);

	if (answer == LX_CHILD_NONE)
		return LX_PROBE_UNASKED;
	return answer < 0 ? LX_PROBE_SILENT : (LxProbe)answer;
}

LxProbe lx_probe_path(const char *path, unsigned limit_msec)
{
	g_auto(LxFd) fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOTCONN ? LX_PROBE_DEAD : LX_PROBE_SILENT;
	return lx_probe_fd(fd, limit_msec);
}
