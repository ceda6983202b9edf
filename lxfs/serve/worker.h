/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker: the process that answers. It does everything that a container can influence, so that
 * whatever goes wrong there costs this process only; the supervisor starts the next one.
 */
#pragma once

#include "serve/estate.h"
#include "settings.h"

/* What it reports to the supervisor; anything else is one line of what went wrong. */
#define LX_REPORT_PREPARED_TEXT "P"
#define LX_REPORT_SERVES_TEXT "R"

typedef struct {
	const LxProgramSettings *settings;
	LxEstate *estate;
	bool host_only; /* nothing else would start: everybody gets the host's own text */
	int report_fd;
	int go_fd;         /* one byte: the predecessor is dead, begin */
	int lock;          /* of the runtime folder */
	int elder;         /* who stands by for us; -1: nobody */
	pid_t supervisor;  /* whoever forked us */
	pid_t predecessor; /* still serving; 0: none */
	char **argv;       /* of the program: to become the supervisor if that one dies */
} LxWorkerTask;

/* Runs in the child; does not return. */
_Noreturn void lx_worker_run(const LxWorkerTask *task);
