/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container's cgroups let it have of the CPUs, on v1 and v2. */
#include "cgroup/cpu.h"

#include "base/number.h"

#include <errno.h>

/* A weight of 100 on v2 and 1024 shares on v1 are the defaults: worth one CPU here. */
#define WEIGHT_OF_ONE_CPU 100
#define SHARES_OF_ONE_CPU 1024

/* Where a set is written: in the first of these files that is there and not empty. */
typedef struct {
	LxCgroupFile v2;
	LxCgroupFile v1[2];
} SetFiles;

static const SetFiles cpus_files = {
	.v2 = LX_CGROUP_CPUSET_CPUS_EFFECTIVE,
	.v1 = {LX_CGROUP_CPUSET_EFFECTIVE_CPUS, LX_CGROUP_CPUSET_CPUS},
};
static const SetFiles mems_files = {
	.v2 = LX_CGROUP_CPUSET_MEMS_EFFECTIVE,
	.v1 = {LX_CGROUP_CPUSET_EFFECTIVE_MEMS, LX_CGROUP_CPUSET_MEMS},
};

bool lx_cpu_max_parse(LxSlice text, const char *what, LxCpuQuota *out, GError **error)
{
	LxSlice rest = text, word;
	LxCpuQuota quota = {.quota_usec = LX_UNLIMITED};

	if (!lx_scan_word(&rest, &word) ||
		!(lx_slice_equal(word, "max") || lx_slice_u64(word, &quota.quota_usec)) ||
		!lx_scan_u64(&rest, &quota.period_usec)) {
		lx_error_set(error, EINVAL, "parsing %s: \"%.*s\" is no quota and period", what,
			(int)MIN(text.length, 60), text.at);
		return false;
	}
	*out = quota;
	return true;
}

/* Puts the cgroup before a message that names only the file. */
static bool fail_at(const LxLevel *level, GError **error)
{
	g_prefix_error(error, "cgroup %s: ", lx_level_path(level));
	return false;
}

/* *out stays empty when the file is absent or empty. */
static bool read_set(LxLevel *level, LxCgroupFile file, LxCpuset *out, GError **error)
{
	g_auto(LxText) text = {0};

	if (!lx_level_read(level, file, &text, error))
		return false;
	return lx_cpuset_parse(lx_text_slice(&text), lx_cgroup_file_name(file), out, error) ||
	       fail_at(level, error);
}

static bool read_level_set(LxLevel *level, const SetFiles *files, LxCpuset *out, GError **error)
{
	if (lx_level_is_v2(level))
		return read_set(level, files->v2, out, error);
	if (!read_set(level, files->v1[0], out, error))
		return false;
	return !lx_cpuset_is_empty(out) || read_set(level, files->v1[1], out, error);
}

static bool read_nearest_set(
	LxLevel *level, const SetFiles *files, LxCpuset *out, bool *have, GError **error)
{
	LxCpuset set = {0};

	for (; level && lx_cpuset_is_empty(&set); level = lx_level_parent(level))
		if (!read_level_set(level, files, &set, error))
			return false;
	*have = !lx_cpuset_is_empty(&set);
	if (*have)
		*out = set;
	return true;
}

static bool read_quota_v2(LxLevel *level, LxCpuQuota *out, GError **error)
{
	g_auto(LxText) text = {0};

	if (!lx_level_read(level, LX_CGROUP_CPU_MAX, &text, error))
		return false;
	if (!text.bytes)
		return true;
	return lx_cpu_max_parse(
		       lx_text_slice(&text), lx_cgroup_file_name(LX_CGROUP_CPU_MAX), out, error) ||
	       fail_at(level, error);
}

/* The period is read only where there is a quota: most levels have none. */
static bool read_quota_v1(LxLevel *level, LxCpuQuota *out, GError **error)
{
	LxCpuQuota quota = {.quota_usec = LX_UNLIMITED};
	bool have;

	if (!lx_level_read_u64(level, LX_CGROUP_CFS_QUOTA, &quota.quota_usec, &have, error))
		return false;
	if (!have || quota.quota_usec == LX_UNLIMITED)
		return true;
	if (!lx_level_read_u64(level, LX_CGROUP_CFS_PERIOD, &quota.period_usec, &have, error))
		return false;
	if (have)
		*out = quota;
	return true;
}

static bool read_tightest_quota(LxLevel *level, LxCpuLimits *limits, GError **error)
{
	for (; level; level = lx_level_parent(level)) {
		LxCpuQuota quota = {.quota_usec = LX_UNLIMITED};

		if (!(lx_level_is_v2(level) ? read_quota_v2(level, &quota, error)
					    : read_quota_v1(level, &quota, error)))
			return false;
		if (quota.quota_usec == LX_UNLIMITED || quota.period_usec == 0)
			continue;
		if (!limits->have_quota || lx_cpu_quota_is_tighter(&quota, &limits->quota))
			limits->quota = quota;
		limits->have_quota = true;
	}
	return true;
}

static bool read_shares(LxLevel *level, LxCpuLimits *limits, GError **error)
{
	bool v2 = level && lx_level_is_v2(level);
	LxCgroupFile file = v2 ? LX_CGROUP_CPU_WEIGHT : LX_CGROUP_CPU_SHARES;
	uint64_t shares;

	if (!level)
		return true;
	if (!lx_level_read_u64(level, file, &shares, &limits->have_shares, error))
		return false;
	if (limits->have_shares)
		limits->shares_mcpu = lx_number_ceil_div(
			lx_number_mul(shares, 1000), v2 ? WEIGHT_OF_ONE_CPU : SHARES_OF_ONE_CPU);
	return true;
}

bool lx_cgroup_read_cpu_limits(LxCgroup *cgroup, unsigned wanted, LxCpuLimits *out, GError **error)
{
	LxLevel *cpu = lx_cgroup_level(cgroup, LX_CONTROLLER_CPU);
	LxLevel *cpuset = lx_cgroup_level(cgroup, LX_CONTROLLER_CPUSET);
	LxCpuLimits limits = {0};

	if ((wanted & LX_CPU_LIMIT_CPUS) &&
		!read_nearest_set(cpuset, &cpus_files, &limits.cpus, &limits.have_cpus, error))
		return false;
	if ((wanted & LX_CPU_LIMIT_MEMS) &&
		!read_nearest_set(cpuset, &mems_files, &limits.mems, &limits.have_mems, error))
		return false;
	if ((wanted & LX_CPU_LIMIT_QUOTA) && !read_tightest_quota(cpu, &limits, error))
		return false;
	if ((wanted & LX_CPU_LIMIT_SHARES) && !read_shares(cpu, &limits, error))
		return false;
	*out = limits;
	return true;
}
