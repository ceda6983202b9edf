/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container's cgroups let it have of the CPUs, on v1 and v2. */
#pragma once

#include "cgroup/cgroup.h"
#include "facts/cpu.h"

/* What to read: every fact costs system calls. */
typedef enum {
	LX_CPU_LIMIT_CPUS = 1 << 0,
	LX_CPU_LIMIT_MEMS = 1 << 1,
	LX_CPU_LIMIT_QUOTA = 1 << 2,
	LX_CPU_LIMIT_SHARES = 1 << 3,
} LxCpuLimit;

/*
 * Reads the limits in `wanted` (a sum of LxCpuLimit); the others are absent. Sets come from the
 * nearest level that has one, the quota from all levels, shares from the container's own. ENOENT
 * when the cgroup has gone. Safe from any thread.
 */
LX_MUST_CHECK bool lx_cgroup_read_cpu_limits(
	LxCgroup *cgroup, unsigned wanted, LxCpuLimits *out, GError **error);

/* cpu.max: "max 100000\n" (the quota is LX_UNLIMITED then) or "50000 100000\n". */
LX_MUST_CHECK bool lx_cpu_max_parse(
	LxSlice text, const char *what, LxCpuQuota *out, GError **error);
