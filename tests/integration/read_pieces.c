/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * read_pieces FILE...: whatever the pieces in which an open virtual file is read, around the size
 * of a page above all, they are pieces of one text. Prints TAP, one line for each file and claim.
 *
 * The text is made at offset 0 and served from there on until somebody comes back to 0, so each
 * claim reads page by page from 0 first and keeps off 0 after that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#define PAGE_BYTES 4096
#define PIECE_MAX (1024 * 1024)

static const size_t pieces[] = {
	1, 7, 511, PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1, 2 * PAGE_BYTES, PIECE_MAX};

/* From the descriptor's position to the end, `piece` bytes at a time. NULL with errno. */
static GString *read_on(int fd, size_t piece)
{
	g_autofree char *buffer = g_malloc(piece);
	GString *text = g_string_new("");
	ssize_t got;

	while ((got = read(fd, buffer, piece)) > 0)
		g_string_append_len(text, buffer, got);
	if (got == 0)
		return text;
	g_string_free(text, TRUE);
	return NULL;
}

static GString *read_pages_from_start(int fd)
{
	return lseek(fd, 0, SEEK_SET) < 0 ? NULL : read_on(fd, PAGE_BYTES);
}

/* ---- The claims. errno says what went wrong, 0: the bytes differ ------------------------ */

static bool read_in_pieces(int fd, const GString *text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
		GString *rest = lseek(fd, 1, SEEK_SET) < 0 ? NULL : read_on(fd, pieces[i]);
		bool same;

		if (!rest)
			return false;
		errno = 0;
		same = text->len == 0 ? rest->len == 0 : strcmp(rest->str, text->str + 1) == 0;
		g_string_free(rest, TRUE);
		if (!same)
			return false;
	}
	return true;
}

static bool pread_around_page_borders(int fd, const GString *text)
{
	char buffer[3];

	for (size_t border = PAGE_BYTES; border < text->len; border += PAGE_BYTES) {
		size_t from = border - 1, there = MIN(sizeof buffer, text->len - from);
		ssize_t got = pread(fd, buffer, sizeof buffer, (off_t)from);

		if (got < 0)
			return false;
		errno = 0;
		if ((size_t)got != there || memcmp(buffer, text->str + from, there) != 0)
			return false;
	}
	return true;
}

static bool nothing_at_the_end(int fd, const GString *text)
{
	char byte;
	const off_t ends[] = {(off_t)MAX(text->len, 1), (off_t)text->len + 1,
		(off_t)text->len + PAGE_BYTES, (off_t)1 << 40};

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		ssize_t got = pread(fd, &byte, 1, ends[i]);

		if (got < 0)
			return false;
		errno = 0;
		if (got > 0)
			return false;
	}
	return true;
}

static bool size_is_whole_pages(int fd, const GString *text)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return false;
	errno = 0;
	return status.st_size > 0 && status.st_size % PAGE_BYTES == 0 &&
	       (size_t)status.st_size >= text->len;
}

static bool a_duplicate_reads_on(int fd, const GString *text)
{
	int copy = dup(fd);
	GString *rest = NULL;
	bool same = false;

	if (copy >= 0 && lseek(fd, (off_t)text->len / 2 + 1, SEEK_SET) >= 0)
		rest = read_on(copy, PAGE_BYTES);
	if (rest) {
		size_t from = MIN(text->len / 2 + 1, text->len);

		errno = 0;
		same = strcmp(rest->str, text->str + from) == 0;
		g_string_free(rest, TRUE);
	}
	if (copy >= 0)
		close(copy);
	return same;
}

static const struct {
	const char *claim;
	bool (*holds)(int fd, const GString *text);
} claims[] = {
	{"pieces of any size make one text", read_in_pieces},
	{"pread across page borders gives the same text", pread_around_page_borders},
	{"at the end and past it there is nothing", nothing_at_the_end},
	{"the size is whole pages, not less than the text", size_is_whole_pages},
	{"a duplicate reads on in the same text", a_duplicate_reads_on},
};

static bool check(const char *path, size_t claim)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	GString *text = fd < 0 ? NULL : read_pages_from_start(fd);
	bool holds = text && claims[claim].holds(fd, text);

	if (!holds)
		printf("# %s\n", errno ? g_strerror(errno) : "the bytes differ");
	if (text)
		g_string_free(text, TRUE);
	if (fd >= 0)
		close(fd);
	return holds;
}

int main(int argc, char **argv)
{
	unsigned number = 0;
	bool all = true;

	for (int i = 1; i < argc; i++)
		for (size_t claim = 0; claim < G_N_ELEMENTS(claims); claim++) {
			bool holds = check(argv[i], claim);

			printf("%sok %u - %s: %s\n", holds ? "" : "not ", ++number, argv[i],
				claims[claim].claim);
			all = all && holds;
		}
	printf("1..%u\n", number);
	return all && number > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
