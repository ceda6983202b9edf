/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * chaos_reader MEMTOTAL_KIB CPUS FILE...: reads the files over and over, in pieces of all sizes,
 * until its standard input ends, and checks every text: it is whole, it is this container's own,
 * and no counter in it has gone back. Prints one line of figures at the end; what was wrong goes to
 * standard error.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

#define TEXT_MAX (4 * 1024 * 1024)
#define COUNTERS_MAX 4096
#define COMPLAINTS_MAX 5
#define PAUSE_NSEC 300000.0

typedef struct File File;
typedef bool (*Check)(File *file, char *text);

struct File {
	const char *path;
	Check check;
	char *first_word; /* of the first text's first and last line: every text has the same */
	char *last_word;
	unsigned n_counters; /* in the order of the text */
	double counters[COUNTERS_MAX];
};

typedef struct {
	unsigned long reads; /* whole texts */
	unsigned long failures;
	unsigned long wrong;
	unsigned long back;
	double longest_msec; /* one system call */
} Figures;

/* The figures and what the arguments say: a program of one thread. */
static Figures figures;
static unsigned long expected_kib;
static unsigned expected_cpus;

static double now_msec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void complain(const File *file, const char *what, const char *detail)
{
	static unsigned complaints;

	if (complaints++ < COMPLAINTS_MAX)
		fprintf(stderr, "%s: %s: %.200s\n", file->path, what, detail);
}

static void note_time(double since_msec)
{
	figures.longest_msec = MAX(figures.longest_msec, now_msec() - since_msec);
}

/* ---- Checks ------------------------------------------------------------------------------ */

static bool wrong(const File *file, const char *what, const char *detail)
{
	figures.wrong++;
	complain(file, what, detail);
	return false;
}

/* Numbers of a text, one after the other, each not below the one at its place in the last text. */
static void check_counter(File *file, unsigned *index, double value)
{
	char detail[100];

	if (*index >= COUNTERS_MAX)
		return;
	if (value < file->counters[*index]) {
		figures.back++;
		g_snprintf(detail, sizeof detail, "number %u: %.2f after %.2f", *index, value,
			file->counters[*index]);
		complain(file, "a counter went back", detail);
	}
	file->counters[(*index)++] = value;
}

static bool check_meminfo(File *file, char *text)
{
	unsigned long total;

	if (sscanf(text, "MemTotal: %lu kB\n", &total) != 1 || total != expected_kib)
		return wrong(file, "not the container's own memory", text);
	return true;
}

static bool check_cpuinfo(File *file, char *text)
{
	unsigned processors = 0;

	for (char *at = text; (at = strstr(at, "processor\t:")); at++)
		processors++;
	return processors == expected_cpus || wrong(file, "not the container's own CPUs", text);
}

static bool check_online(File *file, char *text)
{
	unsigned processors = (unsigned)(strchr(text, '-') ? 2 : 1);

	return expected_cpus > 2 || processors == expected_cpus ||
	       wrong(file, "not the container's own CPUs", text);
}

static void check_line_counters(File *file, unsigned *index, char *at)
{
	char *end;

	for (double value = strtod(at, &end); end != at; value = strtod(at, &end)) {
		check_counter(file, index, value);
		at = end;
	}
}

static bool check_stat(File *file, char *text)
{
	unsigned index = 0, rows = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (g_str_has_prefix(line, "cpu")) {
			rows++;
			check_line_counters(file, &index, strchr(line, ' ') + 1);
		} else if (g_str_has_prefix(line, "ctxt ")) {
			check_line_counters(file, &index, line + 5);
		}
	}
	return rows == expected_cpus + 1 || wrong(file, "not the container's own CPUs", text);
}

static bool check_uptime(File *file, char *text)
{
	unsigned index = 0;

	check_line_counters(file, &index, text);
	return index == 2 || wrong(file, "not two numbers", text);
}

static bool check_loadavg(File *file, char *text)
{
	double loads[3];
	unsigned running, all, last;

	return sscanf(text, "%lf %lf %lf %u/%u %u", &loads[0], &loads[1], &loads[2], &running, &all,
		       &last) == 6 ||
	       wrong(file, "not what loadavg looks like", text);
}

static bool check_pressure(File *file, char *text)
{
	unsigned index = 0;

	for (char *at = text; (at = strstr(at, "total=")); at += 6)
		check_counter(file, &index, strtod(at + 6, NULL));
	return index > 0 || wrong(file, "no totals", text);
}

static bool check_nothing(File *file, char *text)
{
	return true;
}

static const struct {
	const char *ending;
	Check check;
} checks[] = {
	{"/meminfo", check_meminfo},
	{"/cpuinfo", check_cpuinfo},
	{"/cpu/online", check_online},
	{"/stat", check_stat},
	{"/uptime", check_uptime},
	{"/loadavg", check_loadavg},
	{"/pressure/cpu", check_pressure},
	{"/pressure/io", check_pressure},
	{"/pressure/memory", check_pressure},
};

static Check check_of(const char *path)
{
	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++)
		if (g_str_has_suffix(path, checks[i].ending))
			return checks[i].check;
	return check_nothing;
}

/* ---- Whole texts ------------------------------------------------------------------------- */

static char *word_at(const char *line)
{
	return g_strndup(line, strcspn(line, " :\t\n"));
}

static const char *last_line(const char *text, size_t bytes)
{
	const char *before = bytes > 1 ? g_strrstr_len(text, (gssize)bytes - 1, "\n") : NULL;

	return before ? before + 1 : text;
}

/* Texts of lines with names begin and end with the same names; numbers are compared by checks. */
static bool is_whole(File *file, const char *text, size_t bytes)
{
	g_autofree char *first = word_at(text), *last = word_at(last_line(text, bytes));

	if (bytes == 0 && g_str_has_suffix(file->path, "/diskstats")) /* no device was used */
		return !file->first_word || wrong(file, "is empty now", "");
	if (bytes == 0 || text[bytes - 1] != '\n')
		return wrong(file, "does not end with a newline", text);
	if (!file->first_word) {
		file->first_word = g_steal_pointer(&first);
		file->last_word = g_steal_pointer(&last);
		return true;
	}
	if (g_ascii_isalpha(first[0]) && strcmp(file->first_word, first) != 0)
		return wrong(file, "begins otherwise", first);
	if (g_ascii_isalpha(last[0]) && strcmp(file->last_word, last) != 0)
		return wrong(file, "ends otherwise", last);
	return true;
}

static ssize_t read_text(int fd, char *into, size_t piece)
{
	size_t used = 0;

	for (;;) {
		double start = now_msec();
		ssize_t got = read(fd, into + used, MIN(piece, TEXT_MAX - 1 - used));

		note_time(start);
		if (got < 0)
			return -1;
		if (got == 0 || used + (size_t)got >= TEXT_MAX - 1)
			break;
		used += (size_t)got;
	}
	into[used] = '\0';
	return (ssize_t)used;
}

static void read_once(File *file, char *buffer, size_t piece)
{
	double start = now_msec();
	int fd = open(file->path, O_RDONLY | O_CLOEXEC);
	ssize_t bytes;

	note_time(start);
	bytes = fd < 0 ? -1 : read_text(fd, buffer, piece);
	if (bytes < 0) {
		figures.failures++;
		complain(file, fd < 0 ? "open" : "read", g_strerror(errno));
	} else if (is_whole(file, buffer, (size_t)bytes)) {
		file->check(file, buffer);
	}
	figures.reads++;
	start = now_msec();
	if (fd >= 0)
		close(fd);
	note_time(start);
}

static bool input_ended(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&input, 1, 0) != 0;
}

/* A reader that never rests takes the whole of a machine that is translated (tests/vm), where a
 * read takes longer than the pause: stretched as lab.py stretches what it waits for, it stays what
 * it is elsewhere. */
static struct timespec pause_between_reads(void)
{
	const char *slow = g_getenv("LXFS_SLOW");

	return (struct timespec){
		.tv_nsec = (long)(PAUSE_NSEC * (slow ? g_ascii_strtod(slow, NULL) : 1))};
}

int main(int argc, char **argv)
{
	static const size_t pieces[] = {TEXT_MAX, 4096, 1000, 65536, 97, TEXT_MAX};
	const struct timespec pause = pause_between_reads();
	char *buffer = g_malloc(TEXT_MAX);
	unsigned n_files = argc > 3 ? (unsigned)argc - 3 : 0;
	File *files = g_new0(File, n_files + 1);

	if (n_files == 0)
		return EXIT_FAILURE;
	expected_kib = strtoul(argv[1], NULL, 10);
	expected_cpus = (unsigned)strtoul(argv[2], NULL, 10);
	for (unsigned i = 0; i < n_files; i++)
		files[i] = (File){.path = argv[i + 3], .check = check_of(argv[i + 3])};
	puts("up");
	fflush(stdout);
	for (unsigned round = 0; !input_ended(); round++) {
		read_once(&files[round % n_files], buffer,
			pieces[(round + round / n_files) % G_N_ELEMENTS(pieces)]);
		nanosleep(&pause, NULL);
	}
	printf("reads=%lu failures=%lu wrong=%lu back=%lu longest_ms=%.1f\n", figures.reads,
		figures.failures, figures.wrong, figures.back, figures.longest_msec);
	for (unsigned i = 0; i < n_files; i++) {
		g_free(files[i].first_word);
		g_free(files[i].last_word);
	}
	g_free(files);
	g_free(buffer);
	return EXIT_SUCCESS;
}
