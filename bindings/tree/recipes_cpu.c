/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* proc/cpuinfo. */
#include "host/cpuinfo.h"
#include "model/cpuinfo.h"
#include "render/cpuinfo.h"
#include "tree/visible.h"

bool lx_recipe_cpuinfo(const LxReading *reading, GString *text, GError **error)
{
	LxHost *host = reading->context->host;
	g_auto(LxText) hosts = {0};
	g_auto(LxCpuinfo) cpuinfo = {0};
	g_auto(LxCpuinfoChoice) choice = {0};
	LxCpuset visible;

	if (!lx_visible_cpus(reading, &visible, error) ||
		!lx_cpuinfo_read(host, reading->tid, &hosts, error) ||
		!lx_cpuinfo_parse(
			lx_text_slice(&hosts), lx_host_path(LX_HOST_CPUINFO), &cpuinfo, error))
		return false;
	lx_cpuinfo_choose(&cpuinfo, &visible, lx_visible_is_renumbered(reading), &choice);
	lx_cpuinfo_append(&cpuinfo, &choice, text);
	return true;
}
