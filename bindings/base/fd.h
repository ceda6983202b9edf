/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file descriptor that closes itself, and the reading of a whole one. */
#pragma once

#include "base/error.h"
#include "base/scan.h"

#include <sys/types.h>

/* Owned descriptor; -1 is none. Use as g_auto(LxFd) fd = -1; */
typedef int LxFd;

void lx_fd_clear(LxFd *fd);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxFd, lx_fd_clear)

/* Gives the descriptor away: the variable is -1 afterwards. */
static inline int lx_fd_steal(LxFd *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

/*
 * Both read a kernel file from offset 0, whatever the descriptor's position: kernel files print
 * anew at offset 0 (Documentation/filesystems/seq_file.rst), so a kept descriptor gives fresh text.
 * The result is NUL-terminated and the caller's. At most `max_bytes`; `what` names the file in the
 * error.
 */

/* Reads on until the kernel answers 0: right for every file. */
LX_MUST_CHECK bool lx_fd_read(
	int fd, size_t max_bytes, const char *what, LxText *out, GError **error);

/*
 * For files that the kernel prints as one record (single_open: meminfo, stat, memory.stat, every
 * file of one number): one system call, since such a file never gives less than the room allows.
 * Several threads may read by one descriptor.
 */
LX_MUST_CHECK bool lx_fd_read_record(
	int fd, size_t max_bytes, const char *what, LxText *out, GError **error);
