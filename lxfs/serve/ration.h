/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How often something is said. What a container can cause as often as it likes must not fill the
 * host's log: so many lines are written in a minute, and the next one that is says how many were
 * not. Safe from any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <glib.h>

#define LX_RATION_LINES 10u
#define LX_RATION_NSEC (UINT64_C(60) * 1000000000)

typedef struct {
	GMutex lock;         /* guards the others */
	uint64_t begun_nsec; /* the minute in which lines are counted; 0: none was written */
	unsigned written;    /* in it */
	unsigned withheld;   /* since the last one that was written */
} LxRation;

void lx_ration_init(LxRation *ration);
void lx_ration_clear(LxRation *ration);

/*
 * May a line be written now (CLOCK_MONOTONIC)? Then *out_withheld is how many were not since the
 * last one.
 */
bool lx_ration_take(LxRation *ration, uint64_t now_nsec, unsigned *out_withheld);
