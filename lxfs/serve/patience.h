/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When the supervisor starts the next worker after one that died: at once, as long as they do not
 * die one after the other. Those that no request is to blame for are failures; after some of them
 * in a row the next one serves the host's own text. Times are CLOCK_MONOTONIC.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: nothing has failed, no worker is wanted. */
typedef struct {
	unsigned failures;    /* in a row */
	unsigned tries;       /* since a worker has served; the caller sets it to 0 then */
	uint64_t failed_nsec; /* when the last failure was */
	uint64_t next_nsec;   /* when the next worker is due; 0: none is wanted */
	bool host_only;
} LxPatience;

/* A worker is started now: none is wanted any more. */
void lx_patience_try(LxPatience *patience);
/* One has failed. */
void lx_patience_lose(LxPatience *patience, uint64_t now_nsec);
/* Another one is wanted. */
void lx_patience_again(LxPatience *patience, uint64_t now_nsec);
/* Until it is due; 0: now; -1: none is wanted. */
int lx_patience_pause_msec(const LxPatience *patience, uint64_t now_nsec);
