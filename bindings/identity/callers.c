/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tasks that ask again and again, and the namespaces they are in.
 *
 * A task stays in its PID namespace for life: setns(2) and unshare(2) give another one to its
 * children only (pid_namespaces(7)). Its cgroup namespace it may leave, and is asked for it each
 * time, through a descriptor of the link /proc/TID/ns/cgroup: that answers for this task alone, and
 * as long as it is there its number is no other's. So one answer says both.
 *
 * Most programs read a file or two and end. A descriptor is opened for who comes again.
 */
#include "identity/callers.h"

#define N_PLACES 128u

typedef struct {
	gatomicrefcount references;
	pid_t tid;
	LxFd link;
	uint64_t pid_namespace;
} Known;

typedef struct {
	Known *known; /* NULL: nobody */
	pid_t noted;  /* who has asked once */
} Place;

struct LxCallers {
	const LxNamespaces *namespaces;
	GMutex lock; /* guards places */
	Place places[N_PLACES];
};

static void known_unref(Known *known)
{
	if (!known || !g_atomic_ref_count_dec(&known->references))
		return;
	lx_fd_clear(&known->link);
	g_free(known);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Known, known_unref)

LxCallers *lx_callers_new(const LxNamespaces *namespaces)
{
	LxCallers *callers = g_new0(LxCallers, 1);

	callers->namespaces = namespaces;
	g_mutex_init(&callers->lock);
	return callers;
}

void lx_callers_free(LxCallers *callers)
{
	if (!callers)
		return;
	lx_callers_release(callers);
	g_mutex_clear(&callers->lock);
	g_free(callers);
}

static Place *place_of(LxCallers *callers, pid_t tid)
{
	return &callers->places[(unsigned)tid % N_PLACES];
}

static Known *get(LxCallers *callers, pid_t tid)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&callers->lock);
	Known *known = place_of(callers, tid)->known;

	if (!known || known->tid != tid)
		return NULL;
	g_atomic_ref_count_inc(&known->references);
	return known;
}

/* What was there is let go outside the lock, since that closes a descriptor. */
static Known *exchange(LxCallers *callers, Place *place, Known *fresh)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&callers->lock);
	Known *old = place->known;

	place->known = fresh;
	return old;
}

bool lx_callers_find(LxCallers *callers, pid_t tid, LxCallerNamespaces *out)
{
	g_autoptr(Known) known = callers ? get(callers, tid) : NULL;
	uint64_t cgroup;

	if (!known)
		return false;
	if (!lx_namespaces_read_link(known->link, &cgroup)) {
		known_unref(exchange(callers, place_of(callers, tid), NULL));
		return false;
	}
	*out = (LxCallerNamespaces){.cgroup = cgroup, .pid = known->pid_namespace};
	return true;
}

static bool comes_again(LxCallers *callers, pid_t tid)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&callers->lock);
	Place *place = place_of(callers, tid);
	bool again = place->noted == tid;

	place->noted = again ? 0 : tid;
	return again;
}

/* The link is asked last: if it answers, all the time the number was this task's. */
static Known *learn(const LxNamespaces *namespaces, pid_t tid)
{
	g_autoptr(Known) known = g_new0(Known, 1);
	uint64_t cgroup;

	g_atomic_ref_count_init(&known->references);
	known->tid = tid;
	known->link = lx_namespaces_open_link(namespaces, tid, LX_NAMESPACE_CGROUP);
	if (known->link < 0 ||
		!lx_namespaces_find(
			namespaces, tid, LX_NAMESPACE_PID, &known->pid_namespace, NULL) ||
		!lx_namespaces_read_link(known->link, &cgroup))
		return NULL;
	return g_steal_pointer(&known);
}

void lx_callers_note(LxCallers *callers, pid_t tid)
{
	g_autoptr(Known) fresh = NULL;

	if (!callers || !comes_again(callers, tid))
		return;
	fresh = learn(callers->namespaces, tid);
	if (fresh)
		known_unref(exchange(callers, place_of(callers, tid), g_steal_pointer(&fresh)));
}

bool lx_callers_release(LxCallers *callers)
{
	bool any = false;

	for (unsigned i = 0; i < N_PLACES; i++) {
		g_autoptr(Known) old = exchange(callers, &callers->places[i], NULL);

		any = any || old;
	}
	return any;
}
