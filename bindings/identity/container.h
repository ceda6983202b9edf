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

/* An empty one with one reference, for its maker to fill before anybody else sees it. */
LxContainer *lx_container_new(void);

/* The host itself. */
LxContainer *lx_container_new_host(void);

/* The same container under another id, which is copied. */
LxContainer *lx_container_renamed(const LxContainer *container, const char *id);

/* Is its init still there (be it a zombie)? Always true of the host. One system call. */
bool lx_container_is_alive(const LxContainer *container);

/* The low 32 bits of the kernfs id of its primary level: how nodes name it; 0 for the host. */
uint32_t lx_container_number(const LxContainer *container);
