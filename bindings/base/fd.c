/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file descriptor that closes itself, and the reading of a whole one. */
#include "base/fd.h"

#include <errno.h>
#include <unistd.h>

/* Most kernel files fit into one page; the growth is for cpuinfo, stat and interrupts. */
#define FIRST_BYTES 4096

void lx_fd_clear(LxFd *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static ssize_t pread_retrying(int fd, char *into, size_t room, size_t offset)
{
	ssize_t got;

	do
		got = pread(fd, into, room, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got;
}

static char *grown(char *bytes, size_t *room, size_t length)
{
	if (*room - length >= FIRST_BYTES)
		return bytes;
	*room *= 2;
	return g_realloc(bytes, *room + 1);
}

typedef struct {
	int fd;
	bool one_record;
	size_t max_bytes;
	const char *what;
} Source;

/*
 * A record that has filled the room is read anew, with more of it: it comes in one piece, whoever
 * else reads by the same descriptor. The kernel would print it anew for the rest, too, and what has
 * changed meanwhile would be lost or doubled where the pieces meet (seq_read_iter).
 */
static bool read_text(const Source *from, LxText *out, GError **error)
{
	size_t room = 2 * FIRST_BYTES, length = 0, asked;
	g_autofree char *bytes = g_malloc(room + 1);
	ssize_t got;

	do {
		bytes = grown(g_steal_pointer(&bytes), &room, length);
		if (from->one_record)
			length = 0;
		asked = room - length;
		got = pread_retrying(from->fd, bytes + length, asked, length);
		if (got < 0) {
			lx_error_set_errno(error, errno, "reading %s", from->what);
			return false;
		}
		length += (size_t)got;
		if (length > from->max_bytes) {
			lx_error_set(error, EFBIG, "reading %s: longer than %zu bytes", from->what,
				from->max_bytes);
			return false;
		}
	} while (got > 0 && !(from->one_record && (size_t)got < asked));
	bytes[length] = '\0';
	lx_text_clear(out);
	*out = (LxText){.bytes = g_steal_pointer(&bytes), .length = length};
	return true;
}

bool lx_fd_read(int fd, size_t max_bytes, const char *what, LxText *out, GError **error)
{
	return read_text(&(Source){fd, false, max_bytes, what}, out, error);
}

bool lx_fd_read_record(int fd, size_t max_bytes, const char *what, LxText *out, GError **error)
{
	return read_text(&(Source){fd, true, max_bytes, what}, out, error);
}
