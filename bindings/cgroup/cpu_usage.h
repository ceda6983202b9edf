/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The CPU time that a container's cgroup has used: cpu.stat of v2 (admin-guide/cgroup-v2.rst), the
 * cpuacct.* files and the cpu hierarchy's cpu.stat of v1 (admin-guide/cgroup-v1/cpuacct.rst,
 * scheduler/sched-bwc.rst).
 */
#pragma once

#include "cgroup/cgroup.h"
#include "facts/cpu_usage.h"

/*
 * Replaces *out. What the kernel does not count is absent, as is everything for a container that
 * stands at the root. ENOENT when the cgroup has gone.
 */
LX_MUST_CHECK bool lx_cgroup_read_cpu_usage(LxCgroup *cgroup, LxCpuUsage *out, GError **error);

/* The same without shares and rows: one small file. *present is false where nobody counts. */
LX_MUST_CHECK bool lx_cgroup_read_cpu_total(
	LxCgroup *cgroup, uint64_t *out_nsec, bool *present, GError **error);

/*
 * The parsers fill the fields that their file has and leave the others of *out alone. EINVAL when a
 * value that is known is no number. `what` names the file.
 */

/* Which keys of cpu.stat to take: usage and throttling may come from two hierarchies. */
typedef enum {
	LX_CPU_STAT_USAGE = 1 << 0,
	LX_CPU_STAT_THROTTLED = 1 << 1,
} LxCpuStatPart;

/* cpu.stat of v2 and of v1. */
LX_MUST_CHECK bool lx_cpu_stat_parse(
	LxSlice text, const char *what, unsigned parts, LxCpuUsage *out, GError **error);
/* cpuacct.usage_percpu: "12 34 \n", a number for each possible CPU. Rows and their sum. */
LX_MUST_CHECK bool lx_cpuacct_parse_percpu(
	LxSlice text, const char *what, LxCpuUsage *out, GError **error);
/* cpuacct.usage_all: "cpu user system\n0 12 34\n". Shares of the rows there are, and their sum. */
LX_MUST_CHECK bool lx_cpuacct_parse_all(
	LxSlice text, const char *what, LxCpuUsage *out, GError **error);
/* cpuacct.stat: "user 12\nsystem 34\n" in clock ticks. Shares of the whole. */
LX_MUST_CHECK bool lx_cpuacct_parse_stat(
	LxSlice text, const char *what, LxCpuUsage *out, GError **error);
