/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptors that this process may have: how many, and the room for them. */
#include "descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib.h>

/* Those of a thousand containers, in 128 KiB. */
#define ROOM 16384

void lx_descriptors_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Any descriptor will do for a copy that is closed at once. */
void lx_descriptors_make_room(void)
{
	struct rlimit limit;
	int copy;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == 0)
		return;
	copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, (int)MIN(ROOM, limit.rlim_cur) - 1);
	if (copy >= 0)
		close(copy);
}
