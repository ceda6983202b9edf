/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* proc/stat, proc/uptime and proc/loadavg of a container. */
#include "tree/recipe.h"

#include "cgroup/cpu_usage.h"
#include "host/process.h"
#include "host/stat.h"
#include "render/loadavg.h"
#include "render/stat.h"
#include "render/uptime.h"
#include "tree/tasks.h"
#include "tree/visible.h"

#include <errno.h>
#include <unistd.h>

/*
 * The clock is read before the use: when the thread is put off in between, the use is of more time
 * than passed, is carried, and has its time at the next step.
 */
static bool advance(
	const LxReading *reading, uint64_t processes, LxHistoryView *out, GError **error)
{
	const LxContainer *container = reading->container;
	const LxClock *clock = &reading->context->clock;
	LxCpuset visible;
	g_auto(LxCpuUsage) usage = {0};
	LxCpuSample sample = {.usage = &usage, .visible = &visible};
	LxLifetime lifetime;

	sample.start_nsec = container->start_boottime_nsec;
	sample.now_nsec = lx_clock_boottime_nsec(clock);
	lifetime =
		lx_lifetime_at(sample.start_nsec, sample.now_nsec, lx_clock_realtime_nsec(clock));
	lifetime.processes = processes;
	if (!lx_visible_cpus(reading, &visible, error) ||
		!lx_cgroup_read_cpu_usage(container->cgroup, &usage, error))
		return false;
	lx_history_advance(reading->context->history, lx_cgroup_id(container->cgroup), &sample,
		&lifetime, out);
	for (unsigned i = 0; i < out->times.n_rows; i++)
		out->times.rows[i].number =
			lx_visible_number(reading, &visible, out->times.rows[i].cpu);
	return true;
}

bool lx_recipe_stat(const LxReading *reading, GString *text, GError **error)
{
	LxContext *context = reading->context;
	uint64_t now = lx_clock_boottime_nsec(&context->clock);
	g_autoptr(LxStatShape) shape = lx_stat_shape(context->host, now, error);
	g_auto(LxHistoryView) view = {0};
	LxTaskCounts tasks;

	if (!shape || !lx_tasks_count(context, reading->container, &tasks, error) ||
		!advance(
			reading, tasks.newest ? (uint64_t)tasks.newest : tasks.total, &view, error))
		return false;
	lx_render_stat(&(LxStatNumbers){shape, &view.times, &view.lifetime, &tasks,
			       (uint64_t)sysconf(_SC_CLK_TCK)},
		text);
	return true;
}

/* A reader that has ended meanwhile reads nothing. */
static bool reader_offset(const LxReading *reading, int64_t *out, GError **error)
{
	GError *failure = NULL;

	*out = 0;
	if (reading->tid == 0 ||
		lx_identity_has_host_time(reading->context->identity, reading->tid) ||
		lx_process_boottime_offset_nsec(
			reading->context->root, reading->tid, out, &failure))
		return true;
	if (lx_error_code(failure) != ESRCH) {
		g_propagate_error(error, failure);
		return false;
	}
	g_error_free(failure);
	return true;
}

bool lx_uptime_read(const LxReading *reading, LxUptime *out, GError **error)
{
	uint64_t now = lx_clock_boottime_nsec(&reading->context->clock);
	g_auto(LxHistoryView) view = {0};
	int64_t offset;

	if (!reader_offset(reading, &offset, error) || !advance(reading, 0, &view, error))
		return false;
	*out = (LxUptime){
		.uptime_nsec = lx_lifetime_uptime(&view.lifetime, now, offset),
		.idle_nsec = view.times.total.idle_nsec,
	};
	return true;
}

bool lx_recipe_uptime(const LxReading *reading, GString *text, GError **error)
{
	LxUptime uptime;

	if (!lx_uptime_read(reading, &uptime, error))
		return false;
	lx_render_uptime(uptime.uptime_nsec, uptime.idle_nsec, text);
	return true;
}

bool lx_recipe_loadavg(const LxReading *reading, GString *text, GError **error)
{
	LxContext *context = reading->context;
	LxLoadAverage average;
	LxTaskCounts tasks;

	if (!lx_tasks_count(context, reading->container, &tasks, error))
		return false;
	average = lx_load_read(context->load, reading->container, tasks.running + tasks.blocked,
		lx_clock_boottime_nsec(&context->clock));
	lx_render_loadavg(&average, &tasks, text);
	return true;
}
