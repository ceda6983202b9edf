/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole text from a descriptor, if it is not too large. */
#include "oci/input.h"

#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK ((size_t)16 << 10)
/* The names of all of a storage's containers stand in one file. */
#define FILE_MAX_BYTES ((size_t)8 << 20)

/* 0 at the end, negative on failure. */
static ssize_t read_chunk(int fd, GString *text)
{
	size_t before = text->len;
	ssize_t got;

	g_string_set_size(text, before + CHUNK);
	do
		got = read(fd, text->str + before, CHUNK);
	while (got < 0 && errno == EINTR);
	g_string_truncate(text, before + (size_t)MAX(got, 0));
	return got;
}

static bool read_all(int fd, size_t max_bytes, GString *text)
{
	ssize_t got;

	while ((got = read_chunk(fd, text)) > 0) {
		if (text->len > max_bytes) {
			errno = EFBIG;
			return false;
		}
	}
	return got == 0;
}

char *lx_input_read(int fd, size_t max_bytes, const char *what, size_t *out_length, GError **error)
{
	GString *text = g_string_new(NULL);

	if (read_all(fd, max_bytes, text)) {
		*out_length = text->len;
		return g_string_free(text, FALSE);
	}
	if (errno == EFBIG)
		lx_error_set(
			error, EFBIG, "reading %s: it is larger than %zu bytes", what, max_bytes);
	else
		lx_error_set_errno(error, errno, "reading %s", what);
	g_string_free(text, TRUE);
	return NULL;
}

char *lx_input_read_file(const char *path, size_t *out_length)
{
	g_auto(LxFd) fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return NULL;
	return lx_input_read(fd, FILE_MAX_BYTES, path, out_length, NULL);
}
