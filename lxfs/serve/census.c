/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a worker and its predecessors have done, gathered for the metrics: by the main thread, now
 * and then, so that the threads which answer requests do no more than count.
 */
#include "serve/census.h"

#include "clock.h"
#include "serve/quarantine.h"

#include <string.h>

static void gather_calls(const LxEstateHeader *header, LxService *service)
{
	for (int kind = 0; kind < LX_N_CALLS; kind++)
		for (int i = 0; i < LX_N_CALL_OUTCOMES; i++)
			service->calls[kind][i] = atomic_load(&header->calls[kind][i]);
}

static LxService gather(const LxCensus *census)
{
	const LxEstate *estate = census->task->estate;
	const LxEstateHeader *header = estate->header;
	LxService service = {
		.version = LXFS_VERSION,
		.cgroup_layout = lx_context_cgroup_layout(census->context),
		.begun_nsec = header->begun_nsec,
		.worker_begun_nsec = census->worker_begun_nsec,
		.workers = header->generation,
		.threads = header->n_slots,
		.open_files = lx_open_files_count(census->files),
		.quarantined = lx_quarantine_count(estate, lx_clock_now_nsec(CLOCK_BOOTTIME)),
		.host_only = census->task->host_only,
	};

	memcpy(service.ends, header->ends, sizeof service.ends);
	memcpy(service.reloads, header->reload.counts, sizeof service.reloads);
	gather_calls(header, &service);
	lx_context_statistics(census->context, &service.statistics);
	for (unsigned i = 0; i < header->n_slots; i++)
		lx_tally_add(&service.tally, &estate->slots[i].tally);
	return service;
}

void lx_census_publish(LxCensus *census)
{
	LxService service = gather(census);

	lx_published_write(&census->published, &service);
}
