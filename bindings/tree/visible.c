/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which CPUs the container sees: asked here by every view, so that all agree. */
#include "tree/visible.h"

#include "cgroup/cpu.h"
#include "model/cpus.h"

#include <errno.h>

/* What each setting of cpu-view needs to know: what it does not need is not read. */
static const unsigned needed_limits[] = {
	[LX_CPU_VIEW_QUOTA] = LX_CPU_LIMIT_CPUS | LX_CPU_LIMIT_QUOTA,
	[LX_CPU_VIEW_CPUSET] = LX_CPU_LIMIT_CPUS,
	[LX_CPU_VIEW_SHARES] = LX_CPU_LIMIT_CPUS | LX_CPU_LIMIT_SHARES,
	[LX_CPU_VIEW_HOST] = 0,
};

bool lx_visible_cpus(const LxReading *reading, LxCpuset *out, GError **error)
{
	LxCpuView view = reading->context->settings.cpu_view;
	LxCpuLimits limits = {0};
	LxCpuset online;

	if (lx_visible_is_cut(reading) && !lx_cgroup_read_cpu_limits(reading->container->cgroup,
						  needed_limits[view], &limits, error))
		return false;
	if (!lx_host_cpus(reading->context->host, LX_HOST_CPU_ONLINE, &online, error))
		return false;
	*out = lx_cpus_visible(&limits, &online, view);
	return true;
}

/* A kernel without NUMA has no such folder. */
static bool read_online_nodes(LxHost *host, LxCpuset *out, GError **error)
{
	g_autoptr(GError) failure = NULL;
	LxCpuset nodes = {0};

	if (!lx_host_cpus(host, LX_HOST_NODE_ONLINE, &nodes, &failure) &&
		lx_error_code(failure) != ENOENT) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	*out = nodes;
	return true;
}

bool lx_visible_nodes(const LxReading *reading, LxCpuset *online, LxCpuset *allowed, GError **error)
{
	LxCpuLimits limits = {0};

	if (lx_visible_is_cut(reading) && !lx_cgroup_read_cpu_limits(reading->container->cgroup,
						  LX_CPU_LIMIT_MEMS, &limits, error))
		return false;
	if (!read_online_nodes(reading->context->host, online, error))
		return false;
	*allowed = lx_cpus_nodes(&limits, online);
	return true;
}

unsigned lx_visible_number(const LxReading *reading, const LxCpuset *visible, unsigned cpu)
{
	return lx_visible_is_renumbered(reading) ? lx_cpuset_rank(visible, cpu) : cpu;
}

bool lx_visible_is_cut(const LxReading *reading)
{
	return reading->container && !reading->container->is_host;
}

bool lx_visible_is_renumbered(const LxReading *reading)
{
	return lx_visible_is_cut(reading) &&
	       reading->context->settings.cpu_numbers == LX_CPU_NUMBERS_RENUMBER;
}
