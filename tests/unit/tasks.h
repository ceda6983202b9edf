/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A captured host with two v1 hierarchies, memory and cpu, to put tasks and cgroups into. Its own
 * namespaces are TASKS_HOST_CGROUPNS and TASKS_HOST_PIDNS; its first process is there from the
 * start.
 */
#pragma once

#include "unit.h"

#include <unistd.h>

#include "cgroup/level.h"

#define TASKS_HOST_CGROUPNS 10
#define TASKS_HOST_PIDNS 20

typedef struct {
	char *folder;
	LxSysroot *root;
	LxLayout *layout;
	LxLevels *levels;
} TasksHost;

/* What is 0 or NULL is as for a task of the host's at the root of all hierarchies. */
typedef struct {
	pid_t tid;
	pid_t group, parent;
	const char *cgroup; /* its place in both hierarchies, or the file's whole text */
	unsigned cgroupns, pidns;
	const char *pids; /* NSpid, beginning with the tid: "12\t1" */
	unsigned start_ticks;
	char state;
	bool exiting;
	const char *mountinfo; /* the root of its cgroup mounts, or the file's whole text */
} TasksTask;

static inline void tasks_write(const TasksHost *host, pid_t tid, const char *name, const char *text)
{
	g_autofree char *path = g_strdup_printf("%s/proc/%d/%s", host->folder, (int)tid, name);
	g_autofree char *parent = g_path_get_dirname(path);

	ck_assert_int_eq(g_mkdir_with_parents(parent, 0755), 0);
	ck_assert(g_file_set_contents(path, text, -1, NULL));
}

static inline void tasks_link(const TasksHost *host, pid_t tid, const char *kind, unsigned inode)
{
	g_autofree char *path = g_strdup_printf("%s/proc/%d/ns/%s", host->folder, (int)tid, kind);
	g_autofree char *parent = g_path_get_dirname(path);
	g_autofree char *text = g_strdup_printf("%s:[%u]", kind, inode);

	ck_assert_int_eq(g_mkdir_with_parents(parent, 0755), 0);
	(void)unlink(path);
	ck_assert_int_eq(symlink(text, path), 0);
}

static inline void tasks_move(const TasksHost *host, pid_t tid, const char *cgroup)
{
	g_autofree char *text = cgroup[0] == '/'
					? g_strdup_printf("2:memory:%s\n1:cpu:%s\n", cgroup, cgroup)
					: g_strdup(cgroup);

	tasks_write(host, tid, "cgroup", text);
}

static inline void tasks_mount(const TasksHost *host, pid_t tid, const char *root)
{
	g_autofree char *text =
		root[0] == '/'
			? g_strdup_printf(
				  "30 20 0:30 %s /sys/fs/cgroup/memory ro - cgroup cgroup "
				  "rw,memory\n"
				  "31 20 0:31 %s /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n",
				  root, root)
			: g_strdup(root);

	tasks_write(host, tid, "mountinfo", text);
}

static inline void tasks_write_stat(const TasksHost *host, const TasksTask *task)
{
	g_autofree char *stat =
		g_strdup_printf("%d (a task) %c %d 7 7 0 -1 %d 1 0 0 0 3 4 0 0 20 0 1 0 %u 2 3\n",
			(int)task->tid, task->state ? task->state : 'S', (int)task->parent,
			task->exiting ? 4 : 0, task->start_ticks);

	tasks_write(host, task->tid, "stat", stat);
}

static inline void tasks_add(const TasksHost *host, const TasksTask *task)
{
	g_autofree char *tid = g_strdup_printf("%d", (int)task->tid);
	g_autofree char *status = g_strdup_printf("Tgid:\t%d\nPid:\t%d\nNSpid:\t%s\n",
		(int)(task->group ? task->group : task->tid), (int)task->tid,
		task->pids ? task->pids : tid);

	tasks_write_stat(host, task);
	tasks_write(host, task->tid, "status", status);
	tasks_move(host, task->tid, task->cgroup ? task->cgroup : "/");
	tasks_link(
		host, task->tid, "cgroup", task->cgroupns ? task->cgroupns : TASKS_HOST_CGROUPNS);
	tasks_link(host, task->tid, "pid", task->pidns ? task->pidns : TASKS_HOST_PIDNS);
	if (task->mountinfo)
		tasks_mount(host, task->tid, task->mountinfo);
}

static inline void tasks_add_all(const TasksHost *host, const TasksTask *tasks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tasks_add(host, &tasks[i]);
}

/* Makes the cgroup in both hierarchies; `processes` is what it lists. */
static inline void tasks_add_cgroup(const TasksHost *host, const char *path, const char *processes)
{
	static const char *const hierarchies[] = {"memory", "cpu"};

	for (size_t i = 0; i < G_N_ELEMENTS(hierarchies); i++) {
		g_autofree char *folder =
			g_strdup_printf("%s/cgroup/%s%s", host->folder, hierarchies[i], path);
		g_autofree char *list = g_build_filename(folder, "cgroup.procs", NULL);

		ck_assert_int_eq(g_mkdir_with_parents(folder, 0755), 0);
		ck_assert(g_file_set_contents(list, processes, -1, NULL));
	}
}

static inline void tasks_remove(const TasksHost *host, pid_t tid)
{
	unit_folder_free(g_strdup_printf("%s/proc/%d", host->folder, (int)tid));
}

static inline TasksHost tasks_host_new(void)
{
	static const char *const files[] = {
		"proc/self/mounts",
		"none /cgroup/memory cgroup rw,memory 0 0\nnone /cgroup/cpu cgroup rw,cpu 0 0\n",
		NULL,
	};
	TasksHost host = {.folder = unit_folder_new(files)};

	tasks_add(&host, &(TasksTask){.tid = 1});
	host.root = lx_sysroot_new(host.folder, NULL);
	host.layout = lx_layout_new(host.root, NULL);
	host.levels = lx_levels_new(host.root, host.layout);
	return host;
}

static inline void tasks_host_clear(TasksHost *host)
{
	lx_levels_free(host->levels);
	lx_layout_free(host->layout);
	lx_sysroot_free(host->root);
	unit_folder_free(host->folder);
}
#define tasks_autohost __attribute__((cleanup(tasks_host_clear))) TasksHost
