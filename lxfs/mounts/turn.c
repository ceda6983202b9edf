/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking turns at the anchors: a lock on the runtime folder, which ends with its process. */
#include "mounts/turn.h"

#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#define PATIENCE_MSEC 3000
#define PAUSE_USEC 1000

int lx_turn_take(const char *runtime_dir)
{
	g_auto(LxFd) fd = open(runtime_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int64_t deadline_msec = lx_child_now_msec() + PATIENCE_MSEC;

	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK || lx_child_left_msec(deadline_msec) == 0)
			return -1;
		g_usleep(PAUSE_USEC);
	}
	return lx_fd_steal(&fd);
}
