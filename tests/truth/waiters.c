/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * So many tasks that count for the load average and cost nothing: waiters NUMBER.
 *
 * A parent that has called vfork(2) waits for its child in state D, as one does for a disk.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void wait_in_state_d(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (vfork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	_exit(1);
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;

	for (int i = 0; i < count; i++) {
		if (fork() == 0)
			wait_in_state_d();
	}
	puts("up");
	fflush(stdout);
	for (;;)
		pause();
}
