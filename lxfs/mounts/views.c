/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The views that have an anchor each. */
#include "mounts/views.h"

#include <string.h>

static const LxView views[] = {
	{"proc/cpuinfo", false, false},
	{"proc/diskstats", false, false},
	{"proc/loadavg", false, false},
	{"proc/meminfo", false, false},
	{"proc/pressure/cpu", false, true},
	{"proc/pressure/io", false, true},
	{"proc/pressure/irq", false, true},
	{"proc/pressure/memory", false, true},
	{"proc/slabinfo", false, false},
	{"proc/stat", false, false},
	{"proc/swaps", false, false},
	{"proc/uptime", false, false},
	{"proc/vmstat", false, false},
	{"sys/devices/system/cpu", true, false},
	{"sys/devices/system/node", true, false},
};

const LxView *lx_views_at(unsigned index)
{
	return index < G_N_ELEMENTS(views) ? &views[index] : NULL;
}

const LxView *lx_views_find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(views); i++)
		if (strcmp(views[i].name, name) == 0)
			return &views[i];
	return NULL;
}

char *lx_views_host_path(const LxView *view)
{
	return g_build_filename("/", view->name, NULL);
}
