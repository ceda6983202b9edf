/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The figures of one container, from the same facts and models as the views: what is said here is
 * what the container reads in /proc. A new figure is a row of the table and a function.
 */
#include "tree/figures.h"

#include "cgroup/cpu_usage.h"
#include "cgroup/io.h"
#include "cgroup/pressure.h"
#include "tree/memory.h"
#include "tree/tasks.h"
#include "tree/visible.h"

#include <errno.h>

/* *present stays true unless this kernel does not count it: what was filled in is dropped then. */
typedef bool (*ReadFigure)(
	const LxReading *reading, LxFigures *figures, bool *present, GError **error);

static bool read_cpus(const LxReading *reading, LxFigures *figures, bool *present, GError **error)
{
	LxCpuset visible;

	if (!lx_visible_cpus(reading, &visible, error))
		return false;
	figures->n_cpus = lx_cpuset_count(&visible);
	return true;
}

static bool read_memory(const LxReading *reading, LxFigures *figures, bool *present, GError **error)
{
	g_auto(LxMemory) memory = {0};
	LxMeminfoNumbers numbers;

	if (!lx_memory_read(reading, true, &memory, error))
		return false;
	lx_memory_compute(&memory.host->facts, &memory.facts, &memory.terms, &numbers);
	figures->memory_bytes = numbers.values[LX_MEMINFO_MEM_TOTAL];
	figures->memory_free_bytes = numbers.values[LX_MEMINFO_MEM_FREE];
	figures->memory_available_bytes = numbers.values[LX_MEMINFO_MEM_AVAILABLE];
	figures->swap_bytes = numbers.values[LX_MEMINFO_SWAP_TOTAL];
	figures->swap_free_bytes = numbers.values[LX_MEMINFO_SWAP_FREE];
	figures->memory_limited =
		figures->memory_bytes < memory.host->facts.values[LX_MEMINFO_MEM_TOTAL];
	return true;
}

static bool read_tasks(const LxReading *reading, LxFigures *figures, bool *present, GError **error)
{
	LxTaskCounts counts;

	if (!lx_tasks_count(reading->context, reading->container, &counts, error))
		return false;
	figures->tasks = counts.total;
	figures->tasks_running = counts.running;
	return true;
}

static bool read_load(const LxReading *reading, LxFigures *figures, bool *present, GError **error)
{
	LxContext *context = reading->context;
	LxLoadAverage average;
	LxTaskCounts counts;

	if (!lx_tasks_count(context, reading->container, &counts, error))
		return false;
	average = lx_load_read(context->load, reading->container, counts.running + counts.blocked,
		lx_clock_boottime_nsec(&context->clock));
	for (size_t i = 0; i < G_N_ELEMENTS(average.fixed); i++)
		figures->load_hundredths[i] =
			(unsigned)lx_load_average_hundredths(average.fixed[i]);
	return true;
}

static bool read_cpu_time(
	const LxReading *reading, LxFigures *figures, bool *present, GError **error)
{
	g_auto(LxCpuUsage) usage = {0};

	if (!lx_cgroup_read_cpu_usage(reading->container->cgroup, &usage, error))
		return false;
	figures->cpu_nsec = usage.total.usage_nsec;
	*present = usage.have & LX_CPU_USAGE_USAGE;
	return true;
}

static bool read_stall(
	const LxReading *reading, LxPressure which, LxStall *out, bool *present, GError **error)
{
	g_autoptr(GError) failure = NULL;
	g_auto(LxText) text = {0};
	LxPressureFacts facts;

	if (!lx_pressure_read(reading->container->cgroup, which, &text, &failure)) {
		*present = false;
		if (lx_error_code(failure) == ENOTSUP)
			return true;
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	if (!lx_pressure_parse(lx_text_slice(&text), "a pressure file", &facts, error))
		return false;
	*out = (LxStall){facts.some_hundredths, facts.full_hundredths};
	return true;
}

static bool read_pressure(
	const LxReading *reading, LxFigures *figures, bool *present, GError **error)
{
	return read_stall(reading, LX_PRESSURE_CPU, &figures->cpu_pressure, present, error) &&
	       read_stall(reading, LX_PRESSURE_MEMORY, &figures->memory_pressure, present, error) &&
	       read_stall(reading, LX_PRESSURE_IO, &figures->io_pressure, present, error);
}

static bool read_io(const LxReading *reading, LxFigures *figures, bool *present, GError **error)
{
	g_auto(LxIoFacts) io = {0};

	if (!lx_cgroup_read_io(reading->container->cgroup, &io, error))
		return false;
	figures->read_bytes = lx_io_total_bytes(&io, LX_IO_READ);
	figures->written_bytes = lx_io_total_bytes(&io, LX_IO_WRITE);
	*present = io.have;
	return true;
}

static const struct {
	LxFigure figure;
	ReadFigure read;
} figures_read[] = {
	{LX_FIGURE_CPUS, read_cpus},
	{LX_FIGURE_MEMORY, read_memory},
	{LX_FIGURE_TASKS, read_tasks},
	{LX_FIGURE_LOAD, read_load},
	{LX_FIGURE_CPU_TIME, read_cpu_time},
	{LX_FIGURE_PRESSURE, read_pressure},
	{LX_FIGURE_IO, read_io},
};

bool lx_figures_read(const LxReading *reading, unsigned wanted, LxFigures *out, GError **error)
{
	LxFigures figures = {0};

	for (size_t i = 0; i < G_N_ELEMENTS(figures_read); i++) {
		LxFigures more = figures;
		bool present = true;

		if (!(wanted & figures_read[i].figure))
			continue;
		if (!figures_read[i].read(reading, &more, &present, error))
			return false;
		if (!present)
			continue;
		figures = more;
		figures.have |= figures_read[i].figure;
	}
	*out = figures;
	return true;
}
