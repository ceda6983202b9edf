/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/loadavg (fs/proc/loadavg.c). */
#include "render/loadavg.h"

#include <inttypes.h>

static void append_average(GString *text, uint64_t fixed)
{
	uint64_t hundredths = lx_load_average_hundredths(fixed);

	g_string_append_printf(
		text, "%" PRIu64 ".%02" PRIu64 " ", hundredths / 100, hundredths % 100);
}

/* The reader itself is a task, and it runs. */
void lx_render_loadavg(const LxLoadAverage *average, const LxTaskCounts *tasks, GString *text)
{
	unsigned running = MAX(tasks->running, 1);

	for (int i = 0; i < 3; i++)
		append_average(text, average->fixed[i]);
	g_string_append_printf(
		text, "%u/%u %d\n", running, MAX(tasks->total, running), (int)tasks->newest);
}
