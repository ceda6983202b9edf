/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Block devices and pressure: proc/diskstats and proc/pressure. */
#include "tree/recipe.h"

#include "cgroup/io.h"
#include "cgroup/pressure.h"
#include "host/diskstats.h"
#include "model/diskstats.h"
#include "render/diskstats.h"

bool lx_recipe_diskstats(const LxReading *reading, GString *text, GError **error)
{
	g_auto(LxIoFacts) io = {0};
	g_auto(LxDisks) disks = {0};
	g_auto(LxDiskstats) diskstats = {0};

	if (!lx_cgroup_read_io(reading->container->cgroup, &io, error))
		return false;
	if (io.n_devices == 0)
		return true;
	if (!lx_diskstats_read(reading->context->host, &disks, error))
		return false;
	diskstats = lx_diskstats_compute(&disks, &io);
	lx_render_diskstats(&diskstats, text);
	return true;
}

static bool append_pressure(
	const LxReading *reading, LxPressure which, GString *text, GError **error)
{
	g_auto(LxText) pressure = {0};

	if (!lx_pressure_read(reading->container->cgroup, which, &pressure, error))
		return false;
	g_string_append_len(text, pressure.bytes, (gssize)pressure.length);
	return true;
}

bool lx_recipe_pressure_cpu(const LxReading *reading, GString *text, GError **error)
{
	return append_pressure(reading, LX_PRESSURE_CPU, text, error);
}

bool lx_recipe_pressure_io(const LxReading *reading, GString *text, GError **error)
{
	return append_pressure(reading, LX_PRESSURE_IO, text, error);
}

bool lx_recipe_pressure_memory(const LxReading *reading, GString *text, GError **error)
{
	return append_pressure(reading, LX_PRESSURE_MEMORY, text, error);
}

bool lx_recipe_pressure_irq(const LxReading *reading, GString *text, GError **error)
{
	return append_pressure(reading, LX_PRESSURE_IRQ, text, error);
}
