/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cgroup namespace of the machine. */
#include "home.h"

#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/stat.h>

static bool is_same(int space, const char *own)
{
	struct stat there, here;

	return fstat(space, &there) == 0 && stat(own, &here) == 0 && there.st_ino == here.st_ino;
}

void lx_home_enter(void)
{
	g_auto(LxFd) first = open("/proc/1/ns/cgroup", O_RDONLY | O_CLOEXEC);

	if (first < 0 || is_same(first, "/proc/self/ns/cgroup"))
		return;
	if (setns(first, CLONE_NEWCGROUP) < 0)
		g_info("entering the host's cgroup namespace: %s, ignoring", g_strerror(errno));
}
