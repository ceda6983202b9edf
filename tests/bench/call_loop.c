/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * call_loop FOLDER
 *
 * For each number that is written to the FIFO FOLDER/go it calls sysinfo(2) so many times, and
 * writes to the FIFO FOLDER/took how many nanoseconds one took on average, and what total it was
 * told. Ends with 1 when a call fails.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_nsec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static FILE *open_in(const char *folder, const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "r+");
	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

int main(int argc, char **argv)
{
	struct sysinfo info = {0};
	unsigned calls;
	FILE *go, *took;

	if (argc != 2)
		return 2;
	go = open_in(argv[1], "go");
	took = open_in(argv[1], "took");
	while (fscanf(go, "%u", &calls) == 1 && calls > 0) {
		uint64_t start = now_nsec();

		for (unsigned i = 0; i < calls; i++)
			if (sysinfo(&info) != 0)
				return 1;
		fprintf(took, "%llu %llu\n", (unsigned long long)((now_nsec() - start) / calls),
			(unsigned long long)info.totalram * info.mem_unit);
		fflush(took);
	}
	return 0;
}
