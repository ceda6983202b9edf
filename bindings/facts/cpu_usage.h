/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPU time that a cgroup has used since it was made, as the kernel counts it. */
#pragma once

#include <stdint.h>

#include <glib.h>

/*
 * `usage_nsec` is the exact amount. The other three are measured apart from it, some kernels by the
 * clock tick: they say in which proportion the amount was spent, not how much it was.
 */
typedef struct {
	uint64_t usage_nsec;
	uint64_t user_nsec; /* without nice */
	uint64_t nice_nsec;
	uint64_t system_nsec;
} LxCpuUse;

typedef enum {
	LX_CPU_USAGE_USAGE = 1 << 0,
	LX_CPU_USAGE_USER = 1 << 1,
	LX_CPU_USAGE_SYSTEM = 1 << 2,
	LX_CPU_USAGE_NICE = 1 << 3,
	LX_CPU_USAGE_THROTTLED = 1 << 4,
} LxCpuUsageBit;

typedef struct {
	unsigned have; /* LxCpuUsageBit; what is absent is 0: no use */
	LxCpuUse total;
	uint64_t throttled_nsec; /* held back by a quota, summed over the CPUs */
	unsigned n_rows;         /* 0: the kernel has no figures per CPU */
	LxCpuUse *rows;          /* owned; the index is the CPU's number */
} LxCpuUsage;

static inline void lx_cpu_usage_clear(LxCpuUsage *usage)
{
	g_free(usage->rows);
	*usage = (LxCpuUsage){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxCpuUsage, lx_cpu_usage_clear)
