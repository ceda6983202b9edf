/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crowd N: N containers as far as a reader can tell, each one process in PID, mount and (once it
 * stands in its cgroup) cgroup namespaces of its own, that read files when told to.
 *
 * Prints their pids, one in a line, then takes commands from standard input and answers each with
 * one line:
 *
 *   settle             each unshares its cgroup namespace: "done"
 *   read ROUNDS FILE   one after the other, so many times: median nanoseconds of each round
 *   rush N MSEC FILE   the first N at once, in loops, for so long: reads of all together
 *   tasks N            each starts N threads that sleep: "done"
 *   stir               each starts a thread that wakes ten times a second: "done"
 *
 * All end with it.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

#define STACK_BYTES (16 * 1024)
#define BUFFER_BYTES (256 * 1024)

typedef enum { SETTLE, READ_ONCE, READ_FOR, START_TASKS, STIR } Deed;

typedef struct {
	Deed deed;
	uint64_t number; /* of threads; of nanoseconds */
	char file[256];
} Order;

typedef struct {
	unsigned n;
	int *ends; /* a socket to each */
} Crowd;

static uint64_t now_nsec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

_Noreturn static void die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

/* ---- In a container ---------------------------------------------------------------------- */

static void read_file(const char *path)
{
	static char buffer[BUFFER_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		die(path);
	while ((got = read(fd, buffer, sizeof buffer)) > 0)
		;
	if (got < 0)
		die(path);
	close(fd);
}

static uint64_t read_once(const char *path)
{
	uint64_t start = now_nsec();

	read_file(path);
	return now_nsec() - start;
}

static uint64_t read_for(const char *path, uint64_t nsec)
{
	uint64_t end = now_nsec() + nsec, reads = 0;

	for (; now_nsec() < end; reads++)
		read_file(path);
	return reads;
}

static void *sleep_for_ever(void *data)
{
	for (;;)
		pause();
	return data;
}

static void *wake_often(void *data)
{
	for (;;)
		g_usleep(G_USEC_PER_SEC / 10);
	return data;
}

static void start_tasks(uint64_t n, void *(*task)(void *data))
{
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, STACK_BYTES);
	for (uint64_t i = 0; i < n; i++)
		if (pthread_create(&thread, &small, task, NULL) != 0)
			die("starting threads");
}

static uint64_t carry_out(const Order *order)
{
	switch (order->deed) {
	case SETTLE:
		if (unshare(CLONE_NEWCGROUP) < 0)
			die("making a cgroup namespace");
		return 0;
	case READ_ONCE:
		return read_once(order->file);
	case READ_FOR:
		return read_for(order->file, order->number);
	case START_TASKS:
		start_tasks(order->number, sleep_for_ever);
		return 0;
	case STIR:
		start_tasks(1, wake_often);
		return 0;
	}
	return 0;
}

_Noreturn static void be_a_container(int orders)
{
	Order order;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (recv(orders, &order, sizeof order, 0) == sizeof order) {
		uint64_t answer = carry_out(&order);

		if (send(orders, &answer, sizeof answer, 0) < 0)
			break;
	}
	_exit(EXIT_SUCCESS);
}

/* ---- Outside ----------------------------------------------------------------------------- */

static int start_container(void)
{
	int ends[2];
	long pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		die("making a socket");
	pid = syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid < 0)
		die("making a container");
	if (pid == 0)
		be_a_container(ends[1]);
	close(ends[1]);
	printf("%ld\n", pid);
	return ends[0];
}

static void tell(const Crowd *crowd, unsigned index, const Order *order)
{
	if (send(crowd->ends[index], order, sizeof *order, 0) < 0)
		die("telling a container");
}

static uint64_t hear(const Crowd *crowd, unsigned index)
{
	uint64_t answer;

	if (recv(crowd->ends[index], &answer, sizeof answer, 0) != sizeof answer)
		die("hearing from a container");
	return answer;
}

static int by_value(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static void read_in_turns(const Crowd *crowd, unsigned rounds, const Order *order)
{
	g_autofree uint64_t *nsec = g_new0(uint64_t, crowd->n);

	for (unsigned round = 0; round < rounds; round++) {
		for (unsigned i = 0; i < crowd->n; i++) {
			tell(crowd, i, order);
			nsec[i] = hear(crowd, i);
		}
		qsort(nsec, crowd->n, sizeof *nsec, by_value);
		printf("%s%" G_GUINT64_FORMAT, round ? " " : "", nsec[crowd->n / 2]);
	}
	printf("\n");
}

static uint64_t all_at_once(const Crowd *crowd, unsigned n, const Order *order)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		tell(crowd, i, order);
	for (unsigned i = 0; i < n; i++)
		sum += hear(crowd, i);
	return sum;
}

static void tell_all(const Crowd *crowd, const Order *order)
{
	all_at_once(crowd, crowd->n, order);
	printf("done\n");
}

static void obey(const Crowd *crowd, const char *line)
{
	Order order = {0};
	unsigned n, msec;

	if (strcmp(line, "settle\n") == 0) {
		order.deed = SETTLE;
		tell_all(crowd, &order);
	} else if (strcmp(line, "stir\n") == 0) {
		order.deed = STIR;
		tell_all(crowd, &order);
	} else if (sscanf(line, "tasks %u", &n) == 1) {
		order.deed = START_TASKS;
		order.number = n;
		tell_all(crowd, &order);
	} else if (sscanf(line, "read %u %255s", &n, order.file) == 2) {
		order.deed = READ_ONCE;
		read_in_turns(crowd, n, &order);
	} else if (sscanf(line, "rush %u %u %255s", &n, &msec, order.file) == 3) {
		order.deed = READ_FOR;
		order.number = (uint64_t)msec * 1000000;
		printf("%" G_GUINT64_FORMAT "\n", all_at_once(crowd, MIN(n, crowd->n), &order));
	} else {
		fprintf(stderr, "crowd: what is %s", line);
		exit(2);
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const struct rlimit descriptors = {65536, 65536};
	Crowd crowd = {.n = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0};
	char line[512];

	if (crowd.n == 0) {
		fprintf(stderr, "usage: %s N\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	(void)setrlimit(RLIMIT_NOFILE, &descriptors);
	crowd.ends = g_new0(int, crowd.n);
	for (unsigned i = 0; i < crowd.n; i++)
		crowd.ends[i] = start_container();
	fflush(stdout);
	while (fgets(line, sizeof line, stdin))
		obey(&crowd, line);
	return EXIT_SUCCESS;
}
