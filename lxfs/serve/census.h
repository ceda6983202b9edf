/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a worker and its predecessors have done, gathered for the metrics. */
#pragma once

#include "metrics/published.h"
#include "serve/open_files.h"
#include "serve/worker.h"

typedef struct {
	const LxWorkerTask *task;
	const LxContext *context;
	LxOpenFiles *files;
	uint64_t worker_begun_nsec; /* CLOCK_REALTIME */
	LxPublished published;
} LxCensus;

/* Writes RUNTIME/metrics.prom if anything has happened since it was last written. */
void lx_census_publish(LxCensus *census);
