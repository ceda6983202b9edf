/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's load averages in its own fixed point (kernel/sched/loadavg.c). Pure. */
#pragma once

#include <stdint.h>

#define LX_LOAD_AVERAGE_SHIFT 11
#define LX_LOAD_AVERAGE_TICK_NSEC (UINT64_C(5) * 1000000000)

/* Over 1, 5 and 15 minutes, in 1/2048. */
typedef struct {
	uint64_t fixed[3];
} LxLoadAverage;

/* As /proc/loadavg prints it, without the point: rounded to the next hundredth. */
uint64_t lx_load_average_hundredths(uint64_t fixed);

/* As if `active` tasks had been running or blocked for ever. */
LxLoadAverage lx_load_average_of(unsigned active);
/* `ticks` of 5 seconds with `active` tasks running or blocked. */
LxLoadAverage lx_load_average_advance(
	const LxLoadAverage *average, unsigned active, uint64_t ticks);
