/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tasks (threads) of a container: those of its cgroup and of all cgroups below it, `tasks` on
 * v1, `cgroup.threads` on v2 (admin-guide/cgroup-v1/cgroups.rst, admin-guide/cgroup-v2.rst).
 */
#pragma once

#include "cgroup/cgroup.h"
#include "facts/tasks.h"

/* No more are counted, however many there are: a container must not make its readers wait. */
#define LX_TASKS_MAX 100000u
/* cgroups nested more deeply are passed over. */
#define LX_TASKS_DEPTH_MAX 64u

/* Replaces *out. ENOENT when the cgroup has gone. None for a container without a cgroup. */
LX_MUST_CHECK bool lx_cgroup_read_tasks(LxCgroup *cgroup, LxTaskIds *out, GError **error);

/* pids.current: how many there are, all of them. *present is false where nobody counts. */
LX_MUST_CHECK bool lx_cgroup_count_tasks(
	LxCgroup *cgroup, uint64_t *out, bool *present, GError **error);

/*
 * Adds the ids of "12\n34\n" to *to, LX_TASKS_MAX at most. 0 (a task that this PID namespace does
 * not have) is left out; what is no number is EINVAL.
 */
LX_MUST_CHECK bool lx_tasks_parse(LxSlice text, const char *what, LxTaskIds *to, GError **error);
