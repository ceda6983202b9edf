/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One round of sampling: how many tasks of each container that is watched run or are blocked.
 *
 * To read a task's file takes as long as to pass over sixty tasks in the kernel, so a sweep pays
 * where there are many busy containers, and reading files where there are few on a large host.
 * Which it is nobody knows beforehand: files are read until that has taken about as long as a sweep
 * of a large host, and then all others are swept. So a round takes at most twice the time of the
 * better choice, and on most hosts no program is ever loaded into the kernel.
 */
#include "tree/round.h"

#include "cgroup/cpu_usage.h"
#include "cgroup/tasks.h"
#include "sweep/sweep.h"
#include "tree/tasks.h"

#define BY_FILES_MAX 256

LxRound lx_round_begin(LxContext *context)
{
	return (LxRound){context, lx_headcount_new(), BY_FILES_MAX, false};
}

void lx_round_end(LxRound *round)
{
	lx_headcount_free(round->headcount);
	round->headcount = NULL;
}

/*
 * A task that sleeps or is blocked stays so until it runs, and then it uses CPU time. So where
 * nothing was running and no time has been used since, everything is as it was: one small file
 * tells it of a container that idles, whatever its number of tasks.
 */
static bool has_not_run(const LxLoadSample *last, const LxLoadSample *now)
{
	return last->has_usage && now->has_usage && last->running == 0 &&
	       last->usage_nsec == now->usage_nsec;
}

/* Before any tasks are counted: what they use meanwhile is seen the next time. */
static LxLoadLook look(LxContainer *container, LxLoadSample *sample, gpointer data)
{
	LxRound *round = data;
	LxLoadSample now = {0};

	if (!lx_cgroup_read_cpu_total(container->cgroup, &now.usage_nsec, &now.has_usage, NULL))
		return LX_LOAD_GONE;
	if (has_not_run(sample, &now))
		return LX_LOAD_SAME;
	if (lx_sweep_sees(round->context->sweep, container->cgroup))
		lx_headcount_expect(round->headcount, lx_cgroup_id(container->cgroup));
	*sample = now;
	return LX_LOAD_CHANGED;
}

/* Whether they may still be counted by their files, which is taken from what is left then. */
static bool afford_files(LxRound *round, LxContainer *container)
{
	uint64_t n = 0;
	bool present;

	if (!lx_cgroup_count_tasks(container->cgroup, &n, &present, NULL) || !present ||
		n > round->by_files)
		return false;
	round->by_files -= n;
	return true;
}

static bool sweep(LxRound *round)
{
	g_autoptr(GError) failure = NULL;

	round->swept = lx_sweep_run(round->context->sweep, round->headcount, &failure);
	if (failure)
		g_info("sampling load averages: %s, ignoring: files of /proc are read instead",
			failure->message);
	return round->swept;
}

static bool count_by_files(LxRound *round, LxContainer *container, LxActiveTasks *out)
{
	LxTaskCounts counts;

	if (!lx_tasks_count(round->context, container, &counts, NULL))
		return false;
	*out = (LxActiveTasks){counts.running, counts.blocked};
	return true;
}

/* One sweep does for all that come after it, whatever their size. */
static bool count_by_sweep(LxRound *round, LxContainer *container, LxActiveTasks *out)
{
	if (!lx_sweep_sees(round->context->sweep, container->cgroup))
		return false;
	if (!round->swept && (afford_files(round, container) || !sweep(round)))
		return false;
	return lx_headcount_find(round->headcount, lx_cgroup_id(container->cgroup), out);
}

static bool count(LxContainer *container, LxLoadSample *sample, gpointer data)
{
	LxRound *round = data;
	LxActiveTasks active;

	if (!count_by_sweep(round, container, &active) &&
		!count_by_files(round, container, &active))
		return false;
	sample->running = active.running;
	sample->blocked = active.blocked;
	return true;
}

const LxLoadCounter lx_round_counter = {look, count};
