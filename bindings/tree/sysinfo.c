/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sysinfo(2) tells a caller: the same facts and models as the views of /proc. */
#include "render/sysinfo.h"

#include "tree/call.h"
#include "tree/memory.h"
#include "tree/tasks.h"

static bool read_numbers(const LxReading *reading, gpointer out, GError **error)
{
	LxContext *context = reading->context;
	g_auto(LxMemory) memory = {0};
	LxMeminfoNumbers numbers;
	LxLoadAverage average;
	LxTaskCounts tasks;
	LxUptime uptime;

	if (!lx_memory_read(reading, true, &memory, error) ||
		!lx_tasks_count(context, reading->container, &tasks, error) ||
		!lx_uptime_read(reading, &uptime, error))
		return false;
	lx_memory_compute(&memory.host->facts, &memory.facts, &memory.terms, &numbers);
	average = lx_load_read(context->load, reading->container, tasks.running + tasks.blocked,
		lx_clock_boottime_nsec(&context->clock));
	*(LxSysinfoNumbers *)out =
		lx_sysinfo_compute(&numbers, &average, uptime.uptime_nsec, tasks.total);
	return true;
}

bool lx_tree_sysinfo(const LxCaller *caller, bool narrow, GString *bytes, GError **error)
{
	LxSysinfoNumbers numbers;

	if (!lx_call_read(caller, read_numbers, &numbers, error))
		return false;
	lx_render_sysinfo(&numbers, narrow, lx_memory_page_bytes(), bytes);
	return true;
}
