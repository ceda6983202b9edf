/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A sweep: one pass over all tasks of the host, in the kernel, that tells how many of each
 * container run or are blocked. It takes a quarter of a microsecond for each task there is, where
 * reading /proc/TID/stat takes fifteen for each task of a container; and needs a program in the
 * kernel, which is loaded for the first sweep. Safe from any thread.
 */
#pragma once

#include "cgroup/cgroup.h"
#include "sweep/headcount.h"

typedef struct LxSweep LxSweep;

/* Never possible on a captured host: there are no tasks in a folder. */
LxSweep *lx_sweep_new(const LxSysroot *root, const LxLayout *layout);
void lx_sweep_free(LxSweep *sweep);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxSweep, lx_sweep_free)

/*
 * Whether a sweep would find the cgroup. It finds none in a v1 hierarchy that has no controller
 * (cgroup/layout.h), and none at all after one has failed. NULL: nobody sweeps.
 */
bool lx_sweep_sees(LxSweep *sweep, const LxCgroup *cgroup);

/* Counts what the headcount expects. What fails once is not tried again. */
LX_MUST_CHECK bool lx_sweep_run(LxSweep *sweep, LxHeadcount *headcount, GError **error);
