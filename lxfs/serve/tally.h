/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a FUSE thread has answered, and how long it took.
 *
 * Each thread counts into a tally of its own, which lies in its slot of the estate: there is one
 * writer, so that a count is a load and a store to a cache line that nobody else writes, with
 * neither a lock nor a system call; whoever wants a total adds the tallies up. A worker that dies
 * loses at most the count of the request that it died on.
 */
#pragma once

#include "lxfs.h"

#include <stdatomic.h>

#include <linux/fuse.h>

typedef enum {
	LX_OPERATION_READ,
	LX_OPERATION_OPEN,
	LX_OPERATION_LOOKUP,
	LX_OPERATION_ATTRIBUTES,
	LX_OPERATION_LIST,
	LX_OPERATION_RELEASE,
	LX_OPERATION_POLL,
	LX_OPERATION_WRITE,
	LX_OPERATION_OTHER,
	LX_N_OPERATIONS
} LxOperation;

/* How a read ended, as its reader saw it. */
typedef enum {
	LX_OUTCOME_OK,
	LX_OUTCOME_REFUSED, /* not his to read, or not in this way (splice) */
	LX_OUTCOME_GONE,    /* the container or the file has ended */
	LX_OUTCOME_FAILED,  /* the text could not be made: EIO */
	LX_N_OUTCOMES
} LxOutcome;

/* Durations up to 2^13 ns (8 us), up to twice as long, ..., up to 2^32 ns (4.3 s); longer ones. */
#define LX_TALLY_LOWEST_SHIFT 13u
#define LX_TALLY_BOUNDS 20u

typedef struct {
	_Atomic uint64_t buckets[LX_TALLY_BOUNDS + 1]; /* each for itself, not cumulative */
	_Atomic uint64_t sum_nsec;
} LxHistogram;

typedef struct {
	_Alignas(64) LxHistogram requests[LX_N_OPERATIONS];
	_Atomic uint64_t reads[LX_TREE_PARTS][LX_N_OUTCOMES]; /* from the start: new texts */
} LxTally;

/* A request that is being answered. */
typedef struct {
	LxOperation operation;
	bool makes_text; /* a read from the start */
	unsigned part;   /* lx_tree_part of the file */
	uint64_t begun_nsec;
} LxTallied;

/* `request` is followed by what belongs to its kind. Times are of one clock, any one. */
LxTallied lx_tally_begin(const struct fuse_in_header *request, uint64_t now_nsec);
/* By the one thread that the tally belongs to. `code` is the errno of the answer, 0 for success. */
void lx_tally_end(LxTally *tally, const LxTallied *begun, int code, uint64_t now_nsec);

/* Adds `more` to a total of the caller's own. */
void lx_tally_add(LxTally *total, const LxTally *more);

/* The upper bound of a bucket below LX_TALLY_BOUNDS. */
uint64_t lx_tally_bound_nsec(unsigned bucket);
