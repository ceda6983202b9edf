/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sysinfo(2) tells a caller: the same facts and models as the views of /proc. */
#include "render/sysinfo.h"

#include "tree/memory.h"
#include "tree/scope.h"
#include "tree/tasks.h"

#include <errno.h>

static bool read_numbers(const LxReading *reading, LxSysinfoNumbers *out, GError **error)
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
	*out = lx_sysinfo_compute(&numbers, &average, uptime.uptime_nsec, tasks.total);
	return true;
}

static bool try_read(const LxCaller *caller, LxSysinfoNumbers *out, LxTries *tries, GError **error)
{
	g_auto(LxReading) reading = {0};
	g_autoptr(GError) failure = NULL;

	tries->again = false;
	if (!lx_scope_open(caller, 0, &reading, error))
		return false;
	if (reading.container->is_host) {
		lx_error_set(error, ENODATA,
			"answering sysinfo for the caller %d: the kernel's own answer is his",
			(int)caller->tid);
		return false;
	}
	if (read_numbers(&reading, out, &failure))
		return true;
	lx_scope_note_failure(&reading, failure, tries);
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

bool lx_tree_sysinfo(const LxCaller *caller, bool narrow, GString *bytes, GError **error)
{
	g_autoptr(GError) failure = NULL;
	LxSysinfoNumbers numbers;
	LxTries tries = {0};

	do {
		g_clear_error(&failure);
		if (try_read(caller, &numbers, &tries, &failure)) {
			lx_render_sysinfo(&numbers, narrow, lx_memory_page_bytes(), bytes);
			return true;
		}
	} while (tries.again);
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}
