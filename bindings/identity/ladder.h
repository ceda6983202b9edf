/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rungs from a task to its container; identity.h says what they are. */
#pragma once

#include "base/clock.h"
#include "identity/cache.h"
#include "identity/callers.h"
#include "identity/namespaces.h"

/* All borrowed and immutable but for the cache and the callers, which lock themselves. */
typedef struct {
	const LxSysroot *root;
	const LxLayout *layout;
	LxLevels *levels;
	const LxClock *clock;
	const LxNamespaces *namespaces;
	LxCache *cache;
	LxContainer *host;
	LxCallers *callers; /* NULL: all are asked as if for the first time */
	int home; /* of the climbing thread, see LxCgroupnsWay; -1: it does not leave it */
} LxLadder;

typedef enum {
	LX_LADDER_ALL,   /* every cgroup but the root is somebody's machine */
	LX_LADDER_NAMED, /* only what a namespace or a known runtime makes one; else the host */
} LxLadderScope;

/* The container of a task, or the host; the caller owns a reference. ESRCH: no such task. */
LX_MUST_CHECK LxContainer *lx_ladder_climb(
	const LxLadder *ladder, pid_t tid, LxLadderScope scope, GError **error);

/*
 * The same, with every cgroup being somebody's machine. *rooted: the task's cgroup namespace begins
 * at that container, so that its own /proc/self/cgroup calls the container's cgroup "/".
 */
LX_MUST_CHECK LxContainer *lx_ladder_climb_rooted(
	const LxLadder *ladder, pid_t tid, bool *rooted, GError **error);
