/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPU time and age as each container was shown them: what /proc/stat and /proc/uptime must carry on
 * from, so that no counter ever goes back. Lives in memory that the caller gives and that may
 * outlive the process (a memfd kept by the supervisor): records hold no pointers, are found by
 * lx_cgroup_id, and change by writing a second copy and flipping an index, so that a process killed
 * at any moment leaves the old record or the new one. The oldest record makes room when all are in
 * use. Safe from any thread.
 */
#pragma once

#include "base/error.h"
#include "facts/tasks.h"
#include "model/cpu_time.h"
#include "model/lifetime.h"

typedef struct LxHistory LxHistory;

/* How much memory `n_containers` records need on a host of n_cpus possible CPUs. */
size_t lx_history_bytes(unsigned n_containers, unsigned n_cpus);

/*
 * Takes memory over: what a predecessor of the same version and n_cpus left is carried on, anything
 * else is begun anew. The memory must be zeroed when it is new and outlive the result.
 */
LxHistory *lx_history_new(void *memory, size_t bytes, unsigned n_cpus);
void lx_history_free(LxHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxHistory, lx_history_free)

/* What a container is shown now. */
typedef struct {
	LxCpuTimes times;
	LxLifetime lifetime;
} LxHistoryView;

static inline void lx_history_view_clear(LxHistoryView *view)
{
	lx_cpu_times_clear(&view->times);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxHistoryView, lx_history_view_clear)

/*
 * One step on for the container `id` (model/cpu_time.h, model/lifetime.h); replaces *out. Facts may
 * be read without any lock and come late: what is older than what was seen moves nothing.
 */
void lx_history_advance(LxHistory *history, uint64_t id, const LxCpuSample *sample,
	const LxLifetime *lifetime, LxHistoryView *out);

/* The counts that were kept last; false when they are no longer fresh. Not in the given memory. */
bool lx_history_task_counts(LxHistory *history, uint64_t id, uint64_t now_nsec, LxTaskCounts *out);
/* Keeps counts made at now_nsec until fresh_nsec later. */
void lx_history_keep_task_counts(LxHistory *history, uint64_t id, const LxTaskCounts *counts,
	uint64_t now_nsec, uint64_t fresh_nsec);
