/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Says what the C library, or the kernel behind it, tells of memory, CPUs, uptime and load: one
 * word and one number a line. For glibc, and linked to musl without anything shared.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

static int by_sysconf(void)
{
	double loads[1] = {-1};

	getloadavg(loads, 1);
	printf("memory %lld\n", (long long)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
	printf("cpus %d\n", get_nprocs());
	printf("load %.2f\n", loads[0]);
	return 0;
}

static int by_sysinfo(void)
{
	struct sysinfo info;

	if (sysinfo(&info) != 0)
		return 1;
	printf("memory %llu\n", (unsigned long long)info.totalram * info.mem_unit);
	printf("uptime %ld\n", info.uptime);
	printf("load %.2f\n", info.loads[0] / 65536.0);
	return 0;
}

static int by_conf(void)
{
	printf("cpus %ld\n", sysconf(_SC_NPROCESSORS_CONF));
	return 0;
}

static int by_clock(void)
{
	struct timespec since_boot;

	if (clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0)
		return 1;
	printf("uptime %lld\n", (long long)since_boot.tv_sec);
	return 0;
}

static const struct way {
	const char *name;
	int (*ask)(void);
} ways[] = {
	{"sysconf", by_sysconf},
	{"sysinfo", by_sysinfo},
	{"conf", by_conf},
	{"clock", by_clock},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (strcmp(argv[1], ways[i].name) == 0)
			return ways[i].ask();
	}
	return 2;
}
