/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* proc/cpuinfo. */
#include "host/cpuinfo.h"
#include "model/cpuinfo.h"
#include "render/cpuinfo.h"
#include "tree/visible.h"

/* Nobody sees frequencies change faster than this; everything else in the text stays. */
#define FRESH_NSEC UINT64_C(1000000000)

/* A text that lacks a visible CPU is from before that CPU came. */
static LxHostCpuinfo *read_host(const LxReading *reading, const LxCpuset *visible, GError **error)
{
	LxHost *host = reading->context->host;
	uint64_t now = lx_clock_boottime_nsec(&reading->context->clock);
	LxHostCpuinfo *cpuinfo = lx_cpuinfo_read(host, reading->tid, now, FRESH_NSEC, error);

	if (!cpuinfo || lx_cpuinfo_covers(&cpuinfo->parts, visible))
		return cpuinfo;
	lx_cpuinfo_unref(cpuinfo);
	return lx_cpuinfo_read(host, reading->tid, now, 0, error);
}

bool lx_recipe_cpuinfo(const LxReading *reading, GString *text, GError **error)
{
	g_autoptr(LxHostCpuinfo) host = NULL;
	g_auto(LxCpuinfoChoice) choice = {0};
	LxCpuset visible;

	if (!lx_visible_cpus(reading, &visible, error))
		return false;
	host = read_host(reading, &visible, error);
	if (!host)
		return false;
	lx_cpuinfo_choose(&host->parts, &visible, lx_visible_is_renumbered(reading), &choice);
	lx_cpuinfo_append(&host->parts, &choice, text);
	return true;
}
