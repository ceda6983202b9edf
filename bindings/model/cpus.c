/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which CPUs a container sees, and how many: the one place that decides. */
#include "model/cpus.h"

#include "base/number.h"

/* ceil(quota / period) or what the weight is worth; at least 1. */
static unsigned most_cpus(const LxCpuLimits *limits, LxCpuView view)
{
	const LxCpuQuota *quota = &limits->quota;
	uint64_t most = LX_CPUSET_MAX;

	if (view == LX_CPU_VIEW_QUOTA && limits->have_quota)
		most = lx_number_ceil_div(quota->quota_usec, quota->period_usec);
	if (view == LX_CPU_VIEW_SHARES && limits->have_shares)
		most = lx_number_ceil_div(limits->shares_mcpu, 1000);
	return (unsigned)CLAMP(most, 1, LX_CPUSET_MAX);
}

LxCpuset lx_cpus_visible(const LxCpuLimits *limits, const LxCpuset *online, LxCpuView view)
{
	LxCpuset set = *online;

	if (limits->have_cpus && view != LX_CPU_VIEW_HOST)
		set = lx_cpuset_and(&limits->cpus, online);
	if (lx_cpuset_is_empty(&set))
		set = *online;
	if (lx_cpuset_is_empty(&set))
		lx_cpuset_add(&set, 0);
	return lx_cpuset_first(&set, most_cpus(limits, view));
}

LxCpuset lx_cpus_nodes(const LxCpuLimits *limits, const LxCpuset *online)
{
	LxCpuset nodes = limits->have_mems ? lx_cpuset_and(&limits->mems, online) : *online;

	return lx_cpuset_is_empty(&nodes) ? *online : nodes;
}

LxCpuset lx_cpus_shown(const LxCpuset *set, const LxCpuset *visible, bool renumber)
{
	LxCpuset cut = lx_cpuset_and(set, visible), shown = {0};
	unsigned number = 0;

	if (!renumber)
		return cut;
	lx_cpuset_foreach(visible, cpu)
	{
		if (lx_cpuset_has(&cut, cpu))
			lx_cpuset_add(&shown, number);
		number++;
	}
	return shown;
}
