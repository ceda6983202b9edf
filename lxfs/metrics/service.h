/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The metrics of the service itself: what a worker knows, as Prometheus text. Pure: facts in, text
 * out.
 */
#pragma once

#include "serve/estate.h"

typedef struct {
	const char *version;
	const char *cgroup_layout; /* "v1", "v2", "hybrid", "none" */
	uint64_t begun_nsec;       /* CLOCK_REALTIME, as is the next */
	uint64_t worker_begun_nsec;
	uint64_t workers; /* started so far */
	uint64_t ends[LX_N_ENDS];
	uint64_t reloads[LX_N_RELOAD_OUTCOMES];
	uint64_t calls[LX_N_CALLS][LX_N_CALL_OUTCOMES];
	uint64_t threads;
	uint64_t open_files;
	uint64_t quarantined;
	uint64_t host_only; /* 1: everybody gets the host's own text */
	LxStatistics statistics;
	LxTally tally; /* of all threads */
} LxService;

/* Puts the text behind what `text` holds. */
void lx_service_render(const LxService *service, GString *text);
