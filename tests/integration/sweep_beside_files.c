/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sweep_beside_files PID: how many tasks of the container that this process stands in run and are
 * blocked, by the files of /proc ("files R D") and by a sweep ("sweep R D", or "refused: why").
 */
#include <stdio.h>
#include <stdlib.h>

#include "cgroup/cgroup.h"
#include "sweep/sweep.h"
#include "tree/tasks.h"

static _Noreturn void die(const GError *error)
{
	fprintf(stderr, "sweep_beside_files: %s\n", error ? error->message : "no error");
	exit(1);
}

static void open_host(LxContext *context)
{
	g_autoptr(GError) error = NULL;

	context->root = lx_sysroot_new("/", &error);
	context->layout = context->root ? lx_layout_new(context->root, &error) : NULL;
	if (!context->layout)
		die(error);
	context->levels = lx_levels_new(context->root, context->layout);
	context->history = lx_history_new(NULL, 0, 1);
	context->sweep = lx_sweep_new(context->root, context->layout);
}

static void close_host(LxContext *context)
{
	lx_sweep_free(context->sweep);
	lx_history_free(context->history);
	lx_levels_free(context->levels);
	lx_layout_free(context->layout);
	lx_sysroot_free(context->root);
}

static LxCgroup *cgroup_of(const LxContext *context, const char *pid)
{
	g_autofree char *path = g_strdup_printf("proc/%s/cgroup", pid);
	g_auto(LxMembership) membership = {0};
	g_autoptr(GError) error = NULL;
	g_auto(LxText) text = {0};
	LxCgroup *cgroup = NULL;

	if (lx_sysroot_read(context->root, path, &text, &error) &&
		lx_membership_parse(
			context->layout, lx_text_slice(&text), path, &membership, &error))
		cgroup = lx_cgroup_new(context->levels, context->layout, &membership, &error);
	if (!cgroup)
		die(error);
	return cgroup;
}

static void print_files(LxContext *context, LxContainer *container)
{
	g_autoptr(GError) error = NULL;
	LxTaskCounts counts;

	if (!lx_tasks_count(context, container, &counts, &error))
		die(error);
	printf("files %u %u\n", counts.running, counts.blocked);
}

static void print_sweep(LxContext *context, LxContainer *container)
{
	g_autoptr(LxHeadcount) headcount = lx_headcount_new();
	uint64_t id = lx_cgroup_id(container->cgroup);
	g_autoptr(GError) error = NULL;
	LxActiveTasks active = {0};

	if (!lx_sweep_sees(context->sweep, container->cgroup)) {
		puts("unseen");
		return;
	}
	lx_headcount_expect(headcount, id);
	if (!lx_sweep_run(context->sweep, headcount, &error))
		printf("refused: %s\n", error->message);
	else if (lx_headcount_find(headcount, id, &active))
		printf("sweep %u %u\n", active.running, active.blocked);
}

int main(int argc, char **argv)
{
	LxContext context = {0};
	LxContainer container = {0};

	if (argc != 2)
		return 2;
	open_host(&context);
	container.cgroup = cgroup_of(&context, argv[1]);
	print_files(&context, &container);
	print_sweep(&context, &container);
	lx_cgroup_unref(container.cgroup);
	close_host(&context);
	return 0;
}
