/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * read_loop ROUNDS FILE,FILE,... SERVER=FOLDER...
 *
 * Opens, reads to the end and closes FOLDER/FILE of every server, in a drawn order and in one
 * process, so that whatever else the machine does hits all servers alike. Prints a line for every
 * file and server: file, server, median in nanoseconds, bytes of the text; "-" for both where a
 * server does not have the file. Any other failure ends it with 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

#define WARM_UP_ROUNDS 20
#define SEED 1
#define BUFFER_BYTES (256 * 1024)

typedef struct {
	const char *file;
	char *server;
	char *path;
	size_t bytes;
	bool missing;
	uint64_t *samples; /* nanoseconds, one for each round */
} Course;

static uint64_t now_nsec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The bytes of the text; -1 with errno. */
static ssize_t read_once(const char *path)
{
	char buffer[BUFFER_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got, total = 0;

	if (fd < 0)
		return -1;
	while ((got = read(fd, buffer, sizeof buffer)) > 0)
		total += got;
	close(fd);
	return got < 0 ? -1 : total;
}

static void run(Course *course, unsigned round)
{
	uint64_t start = now_nsec();
	ssize_t bytes = read_once(course->path);

	course->samples[round] = now_nsec() - start;
	if (bytes < 0 && errno != ENOENT) {
		fprintf(stderr, "reading %s: %s\n", course->path, strerror(errno));
		exit(EXIT_FAILURE);
	}
	course->missing = bytes < 0;
	course->bytes = bytes < 0 ? 0 : (size_t)bytes;
}

static int by_value(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static void print(Course *course, unsigned rounds)
{
	if (course->missing) {
		printf("%s\t%s\t-\t-\n", course->file, course->server);
		return;
	}
	qsort(course->samples, rounds, sizeof *course->samples, by_value);
	printf("%s\t%s\t%" G_GUINT64_FORMAT "\t%zu\n", course->file, course->server,
		course->samples[rounds / 2], course->bytes);
}

static Course course_of(const char *file, const char *server, unsigned rounds)
{
	const char *folder = strchr(server, '=');

	if (!folder) {
		fprintf(stderr, "\"%s\" is not SERVER=FOLDER\n", server);
		exit(2);
	}
	return (Course){
		.file = file,
		.server = g_strndup(server, (gsize)(folder - server)),
		.path = g_build_filename(folder + 1, file, NULL),
		.samples = g_new0(uint64_t, rounds),
	};
}

static void course_clear(Course *course)
{
	g_free(course->server);
	g_free(course->path);
	g_free(course->samples);
}

static void shuffle(GRand *dice, unsigned *order, unsigned n)
{
	for (unsigned i = n; i > 1; i--) {
		unsigned other = (unsigned)g_rand_int_range(dice, 0, (gint32)i),
			 mine = order[i - 1];

		order[i - 1] = order[other];
		order[other] = mine;
	}
}

/*
 * In an order that is drawn anew each time: a server is still busy with the closing of a file when
 * the next one is asked, and a long text leaves nothing in the CPU's caches for whoever comes next;
 * no server and no file shall always come after the same other one. The first rounds warm caches
 * and are not counted.
 */
static void run_all(Course *courses, unsigned n_courses, unsigned rounds)
{
	g_autofree unsigned *order = g_new0(unsigned, n_courses);
	GRand *dice = g_rand_new_with_seed(SEED);

	for (unsigned i = 0; i < n_courses; i++)
		order[i] = i;
	for (unsigned round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
		unsigned sample = round < WARM_UP_ROUNDS ? 0 : round - WARM_UP_ROUNDS;

		shuffle(dice, order, n_courses);
		for (unsigned i = 0; i < n_courses; i++)
			run(&courses[order[i]], sample);
	}
	g_rand_free(dice);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 3 ? (unsigned)strtoul(argv[1], NULL, 10) : 0, n_servers, n_courses;
	g_auto(GStrv) files = NULL;
	g_autofree Course *courses = NULL;

	if (rounds == 0) {
		fprintf(stderr, "usage: %s ROUNDS FILE,FILE,... SERVER=FOLDER...\n", argv[0]);
		return 2;
	}
	files = g_strsplit(argv[2], ",", 0);
	n_servers = (unsigned)argc - 3;
	n_courses = g_strv_length(files) * n_servers;
	courses = g_new0(Course, n_courses);
	for (unsigned i = 0; i < n_courses; i++)
		courses[i] = course_of(files[i / n_servers], argv[3 + i % n_servers], rounds);
	run_all(courses, n_courses, rounds);
	for (unsigned i = 0; i < n_courses; i++) {
		print(&courses[i], rounds);
		course_clear(&courses[i]);
	}
	return EXIT_SUCCESS;
}
