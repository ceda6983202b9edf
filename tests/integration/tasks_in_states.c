/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tasks_in_states LETTERS: a task for each letter, in the state that /proc/TID/stat calls so: R and
 * S are threads, D, T and Z processes. Says "up", and ends them all when its input ends.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void *spin(void *data)
{
	for (volatile unsigned turns = 0;; turns++)
		;
	return data;
}

static void *sleep_on(void *data)
{
	for (;;)
		pause();
	return data;
}

static void start_thread(void *(*run)(void *))
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 * 1024);
	if (pthread_create(&thread, &attributes, run, NULL) != 0) {
		perror("pthread_create");
		exit(1);
	}
	pthread_attr_destroy(&attributes);
}

/* Whoever calls vfork(2) is blocked for as long as its child neither executes nor ends. */
static void wait_for_a_child(void)
{
	if (vfork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
}

static void stop(void)
{
	raise(SIGSTOP);
}

static void end(void)
{
	_exit(0);
}

static void start_process(void (*run)(void))
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run();
	_exit(1);
}

static void start(char letter)
{
	switch (letter) {
	case 'R':
		start_thread(spin);
		break;
	case 'S':
		start_thread(sleep_on);
		break;
	case 'D':
		start_process(wait_for_a_child);
		break;
	case 'T':
		start_process(stop);
		break;
	case 'Z':
		start_process(end);
		break;
	default:
		exit(2);
	}
}

int main(int argc, char **argv)
{
	char byte;

	for (const char *letter = argc > 1 ? argv[1] : ""; *letter; letter++)
		start(*letter);
	puts("up");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	exit(0);
}
