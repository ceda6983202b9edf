/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* proc/cpuinfo. */
#include "host/cpuinfo.h"
#include "model/cpuinfo.h"
#include "render/cpuinfo.h"
#include "tree/visible.h"

/* Nobody sees frequencies change faster than this; everything else in the text stays. */
#define FRESH_NSEC UINT64_C(1000000000)

static GBytes *read_parts(
	const LxReading *reading, uint64_t fresh_nsec, LxCpuinfo *out, GError **error)
{
	uint64_t now = lx_clock_boottime_nsec(&reading->context->clock);
	g_autoptr(GBytes) text =
		lx_cpuinfo_read(reading->context->host, reading->tid, now, fresh_nsec, error);
	LxSlice slice = {0};

	if (!text)
		return NULL;
	slice.at = g_bytes_get_data(text, &slice.length);
	if (!lx_cpuinfo_parse(slice, lx_host_path(LX_HOST_CPUINFO), out, error))
		return NULL;
	return g_steal_pointer(&text);
}

bool lx_recipe_cpuinfo(const LxReading *reading, GString *text, GError **error)
{
	g_autoptr(GBytes) hosts = NULL;
	g_auto(LxCpuinfo) cpuinfo = {0};
	g_auto(LxCpuinfoChoice) choice = {0};
	LxCpuset visible;

	if (!lx_visible_cpus(reading, &visible, error))
		return false;
	hosts = read_parts(reading, FRESH_NSEC, &cpuinfo, error);
	if (hosts && !lx_cpuinfo_covers(&cpuinfo, &visible)) { /* a CPU has just come */
		g_bytes_unref(hosts);
		hosts = read_parts(reading, 0, &cpuinfo, error);
	}
	if (!hosts)
		return false;
	lx_cpuinfo_choose(&cpuinfo, &visible, lx_visible_is_renumbered(reading), &choice);
	lx_cpuinfo_append(&cpuinfo, &choice, text);
	return true;
}
