/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many tasks of each cgroup run or are blocked, counted from the records of a pass. Only those
 * that were asked for: how many cgroups there are is up to the containers.
 */
#pragma once

#include "base/error.h"

typedef struct LxTally LxTally;

LxTally *lx_tally_new(void);
void lx_tally_free(LxTally *tally);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxTally, lx_tally_free)

typedef struct {
	unsigned running;
	unsigned blocked;
} LxActiveTasks;

/* Asks for the cgroup of this number (lx_cgroup_id). */
void lx_tally_expect(LxTally *tally, uint64_t id);

/* Counts records (sweep/record.h) up to the end of the file. */
LX_MUST_CHECK bool lx_tally_read(LxTally *tally, int fd, GError **error);

/* False for what was not asked for; *out is untouched then. */
bool lx_tally_find(const LxTally *tally, uint64_t id, LxActiveTasks *out);
