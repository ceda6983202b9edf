/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a supervisor is given: by the command line, by its predecessor, or by the one it keeps for.
 */
#pragma once

#include "serve/handover.h"
#include "settings.h"

typedef struct {
	const LxProgramSettings *settings;
	LxInheritance *inheritance; /* the estate, old or new; the supervisor keeps it up to date */
	bool fresh;                 /* the estate is new: nobody depends on it yet */
	bool take_over;             /* other lxfs may take over from us */
	int keep_sec;  /* a keeper serves that long when we are gone; 0: there is none */
	int newcomer;  /* we are a keeper: the connection to whom we keep; -1: we are none */
	bool unkept;   /* no keeper could be started, which was said */
	bool survived; /* at the end: others serve with our files */
	int inner_mounts[LX_N_CONNECTIONS]; /* detached, to be attached when the first worker
					       serves, and closed then; -1: none */
	const char *program;                /* absolute path: what a reload executes */
	char **argv;
} LxSupervision;
