/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One task through one descriptor of /proc/TID: whatever is read through it is of that task and no
 * other, since the folder of a task that has gone answers nothing, even when its number has been
 * given away. All functions fail with ESRCH then.
 */
#pragma once

#include "cgroup/membership.h"
#include "facts/process.h"

typedef struct {
	pid_t tid;
	LxFd folder;
} LxTask;

/* Use as g_auto(LxTask) task = LX_TASK_NONE; */
#define LX_TASK_NONE ((LxTask){0, -1})

void lx_task_clear(LxTask *task);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxTask, lx_task_clear)

/* Opens /proc/TID, of a process or a thread. */
LX_MUST_CHECK bool lx_task_open(const LxSysroot *root, pid_t tid, LxTask *out, GError **error);

/* Opens a file of the task for reading ("cgroup", "ns/pid"). -1 on failure. */
LX_MUST_CHECK int lx_task_open_file(const LxTask *task, const char *name, GError **error);

/* The text of a file of the task. */
LX_MUST_CHECK bool lx_task_read(const LxTask *task, const char *name, LxText *out, GError **error);

/*
 * Has it begun to end? Then /proc/TID/cgroup says "/" for every hierarchy of v1, wherever it stood
 * and still is counted (proc_cgroup_show in kernel/cgroup/cgroup.c). Asked behind that file's text.
 */
bool lx_task_is_exiting(const LxTask *task);
/* Where it stands: /proc/TID/cgroup. ESRCH when it is ending. */
LX_MUST_CHECK bool lx_task_membership(
	const LxTask *task, const LxLayout *layout, LxMembership *out, GError **error);
/* The same by number, with one open and one read, and at the roots two more: of whoever has the
 * number now. */
LX_MUST_CHECK bool lx_task_find_membership(const LxSysroot *root, pid_t tid, const LxLayout *layout,
	LxMembership *out, GError **error);
/* Its state and start: /proc/TID/stat. */
LX_MUST_CHECK bool lx_task_process(const LxTask *task, LxProcess *out, GError **error);
/* Its numbers: /proc/TID/status. */
LX_MUST_CHECK bool lx_task_numbers(const LxTask *task, LxProcessNumbers *out, GError **error);

/* Is there still such a task (be it a zombie)? One system call. */
bool lx_task_exists(const LxTask *task);

/*
 * A pidfd of a process (not of a thread): readable once it has exited (pidfd_open(2)). -1 when it
 * has gone or cannot be watched.
 */
int lx_task_watch(const LxTask *process);
