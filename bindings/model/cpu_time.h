/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rows of /proc/stat: what a container is shown of its CPUs' time. Pure: a state, what the
 * kernel says now, and the state after it. The essay is in cpu_time.c.
 */
#pragma once

#include "base/cpuset.h"
#include "facts/cpu_usage.h"

typedef struct {
	uint64_t user_nsec;
	uint64_t nice_nsec;
	uint64_t system_nsec;
} LxCpuBusy;

typedef struct {
	LxCpuBusy busy;
	uint64_t idle_nsec;
	uint64_t steal_nsec;
} LxCpuTime;

typedef struct {
	LxCpuTime shown;
	LxCpuUse seen;         /* the kernel's figures for this CPU that `shown` contains */
	uint64_t visible_nsec; /* the step in which it was last visible */
} LxCpuTimeRow;

/* Holds no pointers: lives in memory that outlives the process. All zero: nothing shown yet. */
typedef struct {
	uint64_t moment_nsec; /* boot time of the last step; 0: none yet */
	LxCpuUse seen;
	uint64_t seen_throttled_nsec;
	LxCpuBusy carry;   /* used, and shown as soon as it fits */
	uint32_t max_rows; /* room behind: the number of possible CPUs */
	uint32_t n_rows;   /* rows in use; what lies behind them is undefined */
	LxCpuTimeRow rows[];
} LxCpuTimeState;

/* What one step rests on; times are boot time. */
typedef struct {
	const LxCpuUsage *usage;
	const LxCpuset *visible; /* real CPU numbers */
	uint64_t start_nsec;     /* when the container began: the first step begins there */
	uint64_t now_nsec;
} LxCpuSample;

typedef struct {
	unsigned cpu;    /* the real number */
	unsigned number; /* the number it is shown under; made equal to `cpu` */
	LxCpuTime time;
} LxCpuTimesRow;

typedef struct {
	LxCpuTime total; /* over all rows that ever were visible */
	unsigned n_rows;
	LxCpuTimesRow *rows; /* owned; those visible now, in order */
} LxCpuTimes;

static inline void lx_cpu_times_clear(LxCpuTimes *times)
{
	g_free(times->rows);
	*times = (LxCpuTimes){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxCpuTimes, lx_cpu_times_clear)

/* Bytes of a state with room for n_cpus rows, and of the part of it that is in use. */
size_t lx_cpu_time_bytes(unsigned n_cpus);
size_t lx_cpu_time_used_bytes(const LxCpuTimeState *state);

/* One step on. A sample that is not younger than the last one moves nothing. */
void lx_cpu_time_advance(LxCpuTimeState *state, const LxCpuSample *sample);

/* What is shown now; replaces *out. */
void lx_cpu_time_show(const LxCpuTimeState *state, const LxCpuset *visible, LxCpuTimes *out);

uint64_t lx_cpu_busy_nsec(const LxCpuBusy *busy);
