/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Load averages of containers, read from the mount of whoever serves.
 *
 * One child reads them all, into memory that it shares with us: when it hangs halfway it is left
 * behind, and what it had read by then is there.
 */
#include "roster/loads.h"

#include "child.h"
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#define LINE_BYTES 128u
/* Containers that have been started since we looked for them. */
#define MORE_LINES 1024u

typedef struct {
	size_t length; /* of the text, which grows */
	char text[];
} Shared;

typedef struct {
	const char *mountpoint;
	Shared *shared;
	size_t room; /* for the text */
} Errand;

/* ---- A text ------------------------------------------------------------------------------ */

/* "12.34" is 1234. */
static bool parse_average(const char **text, unsigned *out)
{
	char *end;
	guint64 whole = g_ascii_strtoull(*text, &end, 10);

	if (!g_ascii_isdigit(**text) || whole > G_MAXUINT / 100 - 1 || end[0] != '.' ||
		!g_ascii_isdigit(end[1]) || !g_ascii_isdigit(end[2]) || end[3] != ' ')
		return false;
	*out = (unsigned)whole * 100 + (unsigned)(end[1] - '0') * 10 + (unsigned)(end[2] - '0');
	*text = end + 4;
	return true;
}

static bool parse_number(const char **text, uint64_t *out)
{
	char *end;

	*out = g_ascii_strtoull(*text, &end, 10);
	if (!g_ascii_isdigit(**text) || *end != ' ')
		return false;
	*text = end + 1;
	return true;
}

static bool parse_line(const char *line, LxLoadReading *out)
{
	if (!parse_number(&line, &out->number))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(out->hundredths); i++)
		if (!parse_average(&line, &out->hundredths[i]))
			return false;
	return true;
}

GHashTable *lx_loads_parse(const char *text, size_t length)
{
	GHashTable *loads = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	const char *end = text + length, *stop;

	for (const char *at = text; at < end; at = stop + 1) {
		LxLoadReading reading;
		char line[LINE_BYTES];

		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			break;
		g_strlcpy(line, at, MIN(sizeof line, (size_t)(stop - at) + 1));
		if (parse_line(line, &reading)) {
			LxLoadReading *kept = g_memdup2(&reading, sizeof reading);

			g_hash_table_replace(loads, &kept->number, kept);
		}
	}
	return loads;
}

const LxLoadReading *lx_loads_find(GHashTable *loads, uint64_t number)
{
	return g_hash_table_lookup(loads, &number);
}

/* ---- Asking ------------------------------------------------------------------------------ */

/* In the child. */
static int read_all(gpointer data)
{
	const Errand *errand = data;
	Shared *shared = errand->shared;
	char path[PATH_MAX];
	g_auto(LxFd) folder = -1, fd = -1;
	ssize_t got;

	g_snprintf(path, sizeof path, "%s/containers", errand->mountpoint);
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return errno == ENOTCONN || errno == ECONNABORTED ? LX_LOADS_DEAD
								  : LX_LOADS_UNSERVED;
	fd = openat(folder, ".loadavg", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	do {
		got = fd < 0 ? 0
			     : read(fd, shared->text + shared->length,
				       errand->room - shared->length);
		shared->length += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	return LX_LOADS_SERVED;
}

LxLoadsOutcome lx_loads_read(
	const char *mountpoint, unsigned n_expected, unsigned limit_msec, GHashTable **out)
{
	size_t room = ((size_t)n_expected + MORE_LINES) * LINE_BYTES;
	Errand errand = {mountpoint, NULL, room};
	size_t length;
	int outcome;

	errand.shared = mmap(NULL, sizeof(Shared) + room, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (errand.shared == MAP_FAILED) {
		*out = lx_loads_parse("", 0);
		return LX_LOADS_SILENT;
	}
	outcome = lx_child_run(read_all, &errand, limit_msec);
	length = __atomic_load_n(&errand.shared->length, __ATOMIC_RELAXED);
	*out = lx_loads_parse(errand.shared->text, MIN(length, room));
	munmap(errand.shared, sizeof(Shared) + room);
	return outcome < 0 ? LX_LOADS_SILENT : (LxLoadsOutcome)outcome;
}
