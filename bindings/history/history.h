/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPU time as each container was shown it: what /proc/stat and /proc/uptime must carry on from, so
 * that no counter ever goes back. Lives in memory that the caller gives and that may outlive the
 * process (a memfd kept by the supervisor): records hold no pointers, are found by lx_cgroup_id,
 * and change by writing a second copy and flipping an index, so that a process killed at any moment
 * leaves the old record or the new one. The oldest record makes room when all are in use.
 */
#pragma once

#include "base/error.h"

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
