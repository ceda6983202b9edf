/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who is asking: from the thread id in a request to a container, by the ladder of
 * docs/architecture.md ("Who is asking"): cgroup namespace root, init of the PID namespace, nearest
 * ancestor that a known runtime made, own cgroup, host.
 *
 * Answers are cached by namespace inode. The entry holds the namespace's descriptor, so that the
 * inode number cannot be given to another namespace while the entry lives, and a pidfd of its init;
 * lx_identity_dispatch drops what has gone. Nothing expires by time. Safe from any thread; no lock
 * is held across IO.
 */
#pragma once

#include "base/clock.h"
#include "identity/cache.h"
#include "identity/container.h"

typedef struct LxIdentity LxIdentity;

/* `root`, `layout`, `levels` and `clock` must outlive it. At most `max_cached` entries are kept. */
LX_MUST_CHECK LxIdentity *lx_identity_new(const LxSysroot *root, const LxLayout *layout,
	LxLevels *levels, const LxClock *clock, unsigned max_cached, GError **error);
void lx_identity_free(LxIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxIdentity, lx_identity_free)

/*
 * The container of a caller (a thread id as the daemon sees it). The host for a caller that is in
 * none. ESRCH when there is no such thread (pid 0 included). Owned by the caller.
 * A container whose init has moved is found where it is now.
 */
LX_MUST_CHECK LxContainer *lx_identity_find(LxIdentity *identity, pid_t tid, GError **error);

/* The same. *rooted: the caller's cgroup namespace begins at that container. */
LX_MUST_CHECK LxContainer *lx_identity_find_rooted(
	LxIdentity *identity, pid_t tid, bool *rooted, GError **error);

/*
 * The same without the last rung but one: a task that no namespace and no known runtime puts into a
 * container (a service, somebody's login session) is the host's, whatever cgroup it stands in.
 */
LX_MUST_CHECK LxContainer *lx_identity_find_named(LxIdentity *identity, pid_t tid, GError **error);

/* Does the task see the host's own clocks (time_namespaces(7))? One system call.
 * NULL knows of none: false. */
bool lx_identity_has_host_time(const LxIdentity *identity, pid_t tid);

/* Forgets whatever leads to this container: its cgroup has gone. The next find looks afresh. */
void lx_identity_forget(LxIdentity *identity, const LxContainer *container);

/*
 * For the code (errno) of descriptors that have run out half of what is kept makes room. False for
 * every other one, and when nothing is left that could.
 */
bool lx_identity_make_room(LxIdentity *identity, int code);

/* Lets go of containers that somebody else holds. False when he held none. */
typedef bool (*LxRelease)(gpointer data);

/* Has whoever holds containers asked to let them go whenever room is made. Before the first find.
 */
void lx_identity_on_shortage(LxIdentity *identity, LxRelease release, gpointer data);

/*
 * All containers of this host (rules 1 and 2 and the known runtimes), by id; of LxContainer. Ids
 * are unique: where several share one, each has "-" and its cgroup's inode number behind it.
 */
LX_MUST_CHECK GPtrArray *lx_identity_list(LxIdentity *identity, GError **error);

/*
 * One of that list, by its id or by lx_container_number. Answered from the last list as long as the
 * container lives; /proc is looked through at most once. ENOENT when there is none. Owned by the
 * caller.
 */
LX_MUST_CHECK LxContainer *lx_identity_find_id(
	LxIdentity *identity, const char *id, GError **error);
LX_MUST_CHECK LxContainer *lx_identity_find_inode(
	LxIdentity *identity, uint32_t number, GError **error);

/* A descriptor that is readable (poll it) when an init has exited; then call dispatch. */
int lx_identity_watch_fd(const LxIdentity *identity);
void lx_identity_dispatch(LxIdentity *identity);

/* For tests and metrics. */
unsigned lx_identity_n_cached(LxIdentity *identity);
LxCacheFigures lx_identity_figures(LxIdentity *identity);
