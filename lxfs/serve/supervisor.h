/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor: keeps the descriptors and the estate, starts a worker, and starts the next one at
 * once when it dies. Single-threaded, forks, waits, and handles no byte that a container controls.
 */
#pragma once

#include "serve/estate.h"
#include "settings.h"

typedef struct {
	const LxProgramSettings *settings;
	LxEstate *estate;
	pid_t predecessor; /* a worker that still serves (reload); 0: none */
	int previous;      /* the program to go back to if the first worker does not come up; -1 */
	int mounts[LX_N_CONNECTIONS]; /* detached, to be attached when the first worker serves; -1
				       */
	const char *program;          /* absolute path: what a reload executes */
	char **argv;
} LxSupervision;

/*
 * Runs until it is told to stop (SIGTERM, SIGINT) or, at the very first start, until it is clear
 * that no worker comes up. Gives the exit code.
 */
int lx_supervisor_run(const LxSupervision *supervision);
