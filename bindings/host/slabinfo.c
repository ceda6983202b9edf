/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The header of /proc/slabinfo. */
#include "host/slabinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The longest header, that of a kernel with statistics, has about 400 bytes. */
#define START_BYTES 1024

bool lx_slabinfo_parse_header(LxSlice text, const char *what, LxSlice *out, GError **error)
{
	LxSlice header = {text.at, 0}, line;

	if (!lx_slice_starts_with(text, "slabinfo - version:")) {
		lx_error_set(
			error, EINVAL, "parsing %s, line 1: not \"slabinfo - version: ...\"", what);
		return false;
	}
	while (lx_scan_line(&text, &line) &&
		(header.length == 0 || lx_slice_starts_with(line, "#")))
		header.length = (size_t)(line.at - header.at) + line.length;
	*out = header;
	return true;
}

bool lx_slabinfo_read_start(LxHost *host, LxText *out, GError **error)
{
	const char *path = lx_host_path(LX_HOST_SLABINFO);
	g_auto(LxFd) fd = lx_sysroot_open(lx_host_root(host), path, O_RDONLY, error);
	char start[START_BYTES];
	ssize_t got;

	if (fd < 0)
		return false;
	do
		got = pread(fd, start, sizeof start, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		lx_error_set_errno(error, errno, "reading %s", path);
		return false;
	}
	lx_text_clear(out);
	*out = (LxText){.bytes = g_strndup(start, (gsize)got), .length = (size_t)got};
	return true;
}
