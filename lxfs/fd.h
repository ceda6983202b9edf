/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file descriptor that closes itself. Use as g_auto(LxFd) fd = -1; */
#pragma once

#include <unistd.h>

#include <glib.h>

typedef int LxFd;

static inline void lx_fd_clear(LxFd *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxFd, lx_fd_clear)

/* Gives the descriptor away: the variable is -1 afterwards. */
static inline int lx_fd_steal(LxFd *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}
