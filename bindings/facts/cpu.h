/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container's cgroups let it have of the CPUs (admin-guide/cgroup-v2.rst, "CPU", "Cpuset").
 */
#pragma once

#include "base/cpuset.h"

/* So much CPU time in every period. */
typedef struct {
	uint64_t quota_usec;
	uint64_t period_usec;
} LxCpuQuota;

typedef struct {
	bool have_cpus;
	LxCpuset cpus; /* the effective cpuset */
	bool have_mems;
	LxCpuset mems; /* the NUMA nodes that memory may come from */
	bool have_quota;
	LxCpuQuota quota; /* the tightest of all levels that have one */
	bool have_shares;
	uint64_t shares_mcpu; /* what the weight is worth, in thousandths of a CPU, rounded up */
} LxCpuLimits;

/* Fewer CPUs: the two fractions compared exactly. A period of 0 is no limit at all. */
static inline bool lx_cpu_quota_is_tighter(const LxCpuQuota *quota, const LxCpuQuota *than)
{
	return (unsigned __int128)quota->quota_usec * than->period_usec <
	       (unsigned __int128)than->quota_usec * quota->period_usec;
}
