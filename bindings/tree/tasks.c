/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many tasks a container has, how many of them run or are blocked, and which is the newest. */
#include "tree/tasks.h"

#include "base/number.h"
#include "cgroup/cpu_usage.h"
#include "cgroup/tasks.h"
#include "host/process.h"

#include <errno.h>

#define FRESH_NSEC UINT64_C(1000000000)
/* Counting may take a twentieth of the time. */
#define COST_FACTOR 20

typedef struct {
	pid_t tid;
	uint64_t start_ticks;
} Newest;

/* Of those that started in one tick the highest number is the newest, most likely. */
static bool is_newer(const LxProcess *process, pid_t tid, const Newest *than)
{
	if (process->start_ticks != than->start_ticks)
		return process->start_ticks > than->start_ticks;
	return tid > than->tid;
}

static void count_task(const LxProcess *process, pid_t tid, LxTaskCounts *counts, Newest *newest)
{
	counts->total++;
	if (process->state == 'R')
		counts->running++;
	if (process->state == 'D')
		counts->blocked++;
	if (is_newer(process, tid, newest))
		*newest = (Newest){tid, process->start_ticks};
}

/* Tasks end while they are counted: those are passed over. */
static bool count_tasks(
	const LxSysroot *root, const LxTaskIds *ids, LxTaskCounts *out, GError **error)
{
	LxTaskCounts counts = {0};
	Newest newest = {0};

	for (unsigned i = 0; i < ids->n; i++) {
		GError *failure = NULL;
		LxProcess process;

		if (lx_process_read(root, ids->tids[i], &process, &failure)) {
			count_task(&process, ids->tids[i], &counts, &newest);
			continue;
		}
		if (lx_error_code(failure) != ESRCH) {
			g_propagate_error(error, failure);
			return false;
		}
		g_error_free(failure);
	}
	if (newest.tid && !lx_process_namespace_pid(root, newest.tid, &counts.newest, NULL))
		counts.newest = 0;
	*out = counts;
	return true;
}

/* pids.current counts those beyond the bound, too. */
static bool count_anew(
	LxContext *context, LxContainer *container, LxTaskCounts *out, GError **error)
{
	g_auto(LxTaskIds) ids = {0};
	LxTaskCounts counts;
	uint64_t total = 0;
	bool present;

	if (!lx_cgroup_read_tasks(container->cgroup, &ids, error) ||
		!count_tasks(context->root, &ids, &counts, error) ||
		!lx_cgroup_count_tasks(container->cgroup, &total, &present, error))
		return false;
	if (present)
		counts.total = (unsigned)lx_number_min(total, G_MAXINT);
	*out = counts;
	return true;
}

bool lx_tasks_count(LxContext *context, LxContainer *container, LxTaskCounts *out, GError **error)
{
	uint64_t id = lx_cgroup_id(container->cgroup);
	uint64_t begun = lx_clock_boottime_nsec(&context->clock), done;

	if (lx_history_task_counts(context->history, id, begun, out))
		return true;
	if (!count_anew(context, container, out, error))
		return false;
	done = lx_clock_boottime_nsec(&context->clock);
	lx_history_keep_task_counts(context->history, id, out, done,
		lx_number_max(FRESH_NSEC, (done - begun) * COST_FACTOR));
	return true;
}
