/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/loadavg (fs/proc/loadavg.c). */
#include "render/loadavg.h"

#include <inttypes.h>

#define ONE (UINT64_C(1) << LX_LOAD_AVERAGE_SHIFT)
/* Half of a hundredth: the kernel rounds so. */
#define HALF (ONE / 200)

static void append_average(GString *text, uint64_t fixed)
{
	fixed += HALF;
	g_string_append_printf(
		text, "%" PRIu64 ".%02" PRIu64 " ", fixed / ONE, fixed % ONE * 100 / ONE);
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
