/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container's init: the process whose start is the container's start and whose end is its end.
 * Where the container has a PID namespace of its own, that namespace's init; where it has not (pods
 * that share one, --pid=host), the oldest process in its cgroup.
 */
#pragma once

#include "cgroup/cgroup.h"
#include "identity/namespaces.h"

typedef struct {
	LxTask task;            /* tid 0: it has no process */
	uint64_t pid_namespace; /* the one its tasks are numbered in; 0: the host's */
	uint64_t start_boottime_nsec;
} LxInit;

/* Use as g_auto(LxInit) init = LX_INIT_NONE; */
#define LX_INIT_NONE ((LxInit){LX_TASK_NONE, 0, 0})

void lx_init_clear(LxInit *init);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInit, lx_init_clear)

/*
 * The init of the container at `cgroup`, one of whose tasks is `member`. *out is LX_INIT_NONE when
 * all its processes have gone.
 */
void lx_init_find(const LxNamespaces *namespaces, const LxLayout *layout, const LxCgroup *cgroup,
	const LxTask *member, LxInit *out);
