/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The views that a pod can have: the rows of lxfs/mounts/views.c, as Kubernetes names them. */
#include "review/views.h"

#include <string.h>

#define PROC(file, written, minimal, runc) \
	{ \
		"proc/" file, "lxfs-proc-" file, "/proc/" file, false, written, minimal, runc \
	}
#define PRESSURE(file) \
	{ \
		"proc/pressure/" file, "lxfs-proc-pressure-" file, "/proc/pressure/" file, false, \
			true, false, false \
	}
#define DEVICES(folder, minimal) \
	{ \
		"sys/devices/system/" folder, "lxfs-sys-" folder, "/sys/devices/system/" folder, \
			true, false, minimal, true \
	}

static const LxInjectView views[] = {
	PROC("cpuinfo", false, true, true),
	PROC("diskstats", false, false, true),
	PROC("loadavg", false, true, true),
	PROC("meminfo", false, true, true),
	PRESSURE("cpu"),
	PRESSURE("io"),
	PRESSURE("irq"),
	PRESSURE("memory"),
	PROC("slabinfo", false, false, true),
	PROC("stat", false, true, true),
	PROC("swaps", false, false, true),
	PROC("uptime", false, true, true),
	PROC("vmstat", false, false, false),
	DEVICES("cpu", true),
	DEVICES("node", false),
};

const LxInjectView *lx_inject_views_at(unsigned index)
{
	return index < G_N_ELEMENTS(views) ? &views[index] : NULL;
}

LxInjectViews lx_inject_views_of_runc(void)
{
	LxInjectViews set = 0;

	for (unsigned i = 0; i < G_N_ELEMENTS(views); i++)
		set |= (LxInjectViews)views[i].runc << i;
	return set;
}

static LxInjectViews minimal(void)
{
	LxInjectViews set = 0;

	for (unsigned i = 0; i < G_N_ELEMENTS(views); i++)
		set |= (LxInjectViews)views[i].minimal << i;
	return set;
}

static bool is_called(const LxInjectView *view, const char *name)
{
	return strcmp(view->name, name) == 0 ||
	       (g_str_has_prefix(view->name, "proc/") && strcmp(view->name + 5, name) == 0);
}

LxInjectViews lx_inject_views_named(const char *name)
{
	if (strcmp(name, "minimal") == 0)
		return minimal();
	if (strcmp(name, "runc") == 0)
		return lx_inject_views_of_runc();
	if (strcmp(name, "full") == 0)
		return ((LxInjectViews)1 << G_N_ELEMENTS(views)) - 1;
	for (unsigned i = 0; i < G_N_ELEMENTS(views); i++)
		if (is_called(&views[i], name))
			return (LxInjectViews)1 << i;
	return 0;
}
