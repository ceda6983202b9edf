/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many tasks of each cgroup run or are blocked, counted from the records of a pass. Only those
 * that were asked for: how many cgroups there are is up to the containers.
 */
#pragma once

#include "base/error.h"

typedef struct LxHeadcount LxHeadcount;

LxHeadcount *lx_headcount_new(void);
void lx_headcount_free(LxHeadcount *headcount);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxHeadcount, lx_headcount_free)

typedef struct {
	unsigned running;
	unsigned blocked;
} LxActiveTasks;

/* Asks for the cgroup of this number (lx_cgroup_id). */
void lx_headcount_expect(LxHeadcount *headcount, uint64_t id);

/* Counts records (sweep/record.h) up to the end of the file. */
LX_MUST_CHECK bool lx_headcount_read(LxHeadcount *headcount, int fd, GError **error);

/* False for what was not asked for; *out is untouched then. */
bool lx_headcount_find(const LxHeadcount *headcount, uint64_t id, LxActiveTasks *out);
