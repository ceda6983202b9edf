/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One round of sampling: how many tasks of each container that is watched run or are blocked. A
 * container in which nothing has run is not counted at all, a few tasks are by their files in
 * /proc, and when there are more, one sweep counts them all.
 */
#pragma once

#include "sweep/headcount.h"
#include "tree/context.h"

typedef struct {
	LxContext *context;
	LxHeadcount *headcount; /* owned; expects whatever may be swept */
	uint64_t by_files;      /* how many tasks may still be counted so */
	bool swept;             /* the headcount is one of this round */
} LxRound;

LxRound lx_round_begin(LxContext *context);
void lx_round_end(LxRound *round);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxRound, lx_round_end)

/* For lx_load_sample, with the round as its data. */
extern const LxLoadCounter lx_round_counter;
