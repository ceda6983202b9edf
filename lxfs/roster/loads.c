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
#include <sys/mman.h>

typedef struct {
	const char *mountpoint;
	const char *const *ids;
	unsigned n;
	LxLoadReading *readings; /* shared */
} Errand;

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

bool lx_loads_parse(const char *text, LxLoadReading *out)
{
	LxLoadReading reading = {.known = true};

	for (size_t i = 0; i < G_N_ELEMENTS(reading.hundredths); i++)
		if (!parse_average(&text, &reading.hundredths[i]))
			return false;
	*out = reading;
	return true;
}

static void read_one(int containers, const char *id, LxLoadReading *out)
{
	char path[NAME_MAX + sizeof "/proc/loadavg"], text[128];
	g_auto(LxFd) fd = -1;
	ssize_t got;

	g_snprintf(path, sizeof path, "%s/proc/loadavg", id);
	fd = openat(containers, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	got = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
	if (got <= 0)
		return;
	text[got] = '\0';
	lx_loads_parse(text, out);
}

/* In the child. */
static int read_all(gpointer data)
{
	const Errand *errand = data;
	char path[PATH_MAX];
	g_auto(LxFd) containers = -1;

	g_snprintf(path, sizeof path, "%s/containers", errand->mountpoint);
	containers = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (containers < 0)
		return errno == ENOTCONN || errno == ECONNABORTED ? LX_LOADS_DEAD
								  : LX_LOADS_UNSERVED;
	for (unsigned i = 0; i < errand->n; i++)
		read_one(containers, errand->ids[i], &errand->readings[i]);
	return LX_LOADS_SERVED;
}

LxLoadsOutcome lx_loads_read(const char *mountpoint, const char *const *ids, unsigned n,
	unsigned limit_msec, LxLoadReading *out)
{
	size_t bytes = MAX(n, 1) * sizeof *out;
	Errand errand = {mountpoint, ids, n, NULL};
	int outcome;

	for (unsigned i = 0; i < n; i++)
		out[i] = (LxLoadReading){0};
	errand.readings =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (errand.readings == MAP_FAILED)
		return LX_LOADS_SILENT;
	outcome = lx_child_run(read_all, &errand, limit_msec);
	for (unsigned i = 0; i < n; i++)
		out[i] = errand.readings[i];
	munmap(errand.readings, bytes);
	return outcome < 0 ? LX_LOADS_SILENT : (LxLoadsOutcome)outcome;
}
