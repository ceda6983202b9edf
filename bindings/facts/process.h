/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /proc/PID/stat and /proc/PID/status say of one task (proc(5)). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct {
	pid_t pid;
	char state; /* 'R', 'D', 'S', 'I', 'T', 't', 'Z', 'X' */
	pid_t parent;
	bool exiting; /* it has begun to end: from then on it is said to stand at the roots of v1 */
	uint64_t start_ticks; /* since boot, in clock ticks (USER_HZ) */
} LxProcess;

/* The numbers that one task goes by. */
typedef struct {
	pid_t pid;           /* its own: a thread id */
	pid_t group;         /* its process's */
	pid_t namespace_pid; /* in its own PID namespace */
} LxProcessNumbers;
