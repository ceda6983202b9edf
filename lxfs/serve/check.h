/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking the program on disk, in a child, whether it runs and can take our estate over
 * (`PROGRAM serve --check-inheritance`), before anything is given to it: a file that is truncated,
 * of another architecture or of another version costs nothing then. It is shown the shared memory
 * and nothing else, and ends with us.
 */
#pragma once

#include "fd.h"
#include "serve/handover.h"

/* What the new program prints if it can. */
#define LX_CHECK_YES "ready to take over"

typedef struct {
	pid_t pid; /* 0: none is under way */
	LxFd answer;
	uint64_t deadline_nsec; /* CLOCK_MONOTONIC */
} LxCheck;

/* `argv` is the supervisor's own: its options are the new program's too. */
bool lx_check_start(LxCheck *check, const LxInheritance *inheritance, const char *program,
	char **argv, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends one that takes too long. Call now and then. */
void lx_check_limit(const LxCheck *check, uint64_t now_nsec);

/* It has been reaped with this status. False with what it said. */
bool lx_check_finish(LxCheck *check, int status, GError **error) G_GNUC_WARN_UNUSED_RESULT;
