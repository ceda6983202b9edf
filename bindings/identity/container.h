/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container: a cgroup that holds a machine of its own, its init, and what it is called. Made by
 * identity, immutable, shared by reference, safe from any thread. `is_host` is the host itself (and
 * any caller for whom the host's own text is the answer): cgroup is NULL then.
 */
#pragma once

#include "base/fd.h"
#include "cgroup/cgroup.h"

#include <sys/types.h>

typedef struct {
	gatomicrefcount references;
	bool is_host;
	LxCgroup *cgroup;    /* owned */
	char *id;            /* what the runtime calls it: "web-1", 64 hex digits; owned */
	const char *runtime; /* "docker", "containerd", "lxc", ..., "plain"; static */
	pid_t init_pid;      /* on the host; 0 when it has no process */
	LxFd init_folder;    /* /proc/INIT: answers ESRCH once init has gone, never another's; -1 */
	uint64_t pid_namespace; /* inode of the PID namespace its tasks are numbered in; 0: the
				   host's */
	uint64_t start_boottime_nsec; /* when its init started */
} LxContainer;

LxContainer *lx_container_ref(LxContainer *container);
void lx_container_unref(LxContainer *container);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxContainer, lx_container_unref)
