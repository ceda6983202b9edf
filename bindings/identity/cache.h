/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What has been found out about namespaces and cgroups. An entry never changes after it was added;
 * what has changed in the world is a new entry. It holds the namespace's descriptor, so that its
 * inode number means this namespace as long as the entry lives, and a pidfd of the process by whose
 * end it loses its truth. At most `max` entries: the one that was asked for longest ago makes room.
 * Safe from any thread; the lock is held for table look-ups only.
 */
#pragma once

#include "identity/container.h"

typedef enum {
	LX_CACHED_CGROUP_NAMESPACE,
	LX_CACHED_PID_NAMESPACE,
	LX_CACHED_CGROUP, /* known by `name`, not by an inode */
} LxCachedKind;

typedef struct {
	LxCachedKind kind;
	uint64_t inode;
	const char *name; /* borrowed; NULL: none */
} LxCacheKey;

typedef struct {
	gatomicrefcount references;
	LxCacheKey key;
	char *name;             /* owned: what key.name points to */
	LxFd namespace;         /* -1: none */
	LxFd watched;           /* pidfd; -1: none */
	LxFd membership;        /* /proc/INIT/cgroup of an init whose place decides; -1: none */
	LxText placed;          /* what that file said when the entry was made */
	pid_t placed_by;        /* whose file it is */
	LxContainer *container; /* NULL: this namespace says nothing about the container */
	uint64_t serial;        /* the cache's own, as are the next two: set by lx_cache_add */
	GList link;
	bool cached; /* guarded by the cache's lock */
} LxCacheEntry;

/* One reference; copies the key. */
LxCacheEntry *lx_cache_entry_new(const LxCacheKey *key);
void lx_cache_entry_unref(LxCacheEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxCacheEntry, lx_cache_entry_unref)

typedef struct LxCache LxCache;

LX_MUST_CHECK LxCache *lx_cache_new(unsigned max, GError **error);
void lx_cache_free(LxCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxCache, lx_cache_free)

/* NULL when there is none; the caller owns a reference. */
LxCacheEntry *lx_cache_get(LxCache *cache, const LxCacheKey *key);

/*
 * Adds an entry, taking the reference over. Of several threads that add the same key at once the
 * first wins: the result is the entry that is in the cache, with a reference for the caller.
 */
LxCacheEntry *lx_cache_add(LxCache *cache, LxCacheEntry *fresh);

/* Takes out this very entry, if it is still in. */
void lx_cache_drop(LxCache *cache, LxCacheEntry *entry);
/* Takes out all that lead to the cgroup with this lx_cgroup_id. */
void lx_cache_forget(LxCache *cache, uint64_t cgroup_id);
/* Leaves at most `n` entries: after descriptors ran out. */
void lx_cache_trim(LxCache *cache, unsigned n);

unsigned lx_cache_n_entries(LxCache *cache);

/* Since the cache was made. */
typedef struct {
	uint64_t hits; /* of lx_cache_get */
	uint64_t misses;
	uint64_t dropped; /* entries that were taken out */
} LxCacheFigures;

LxCacheFigures lx_cache_figures(LxCache *cache);

/* Readable when a watched process has exited; then dispatch, which says whether any entry went. */
int lx_cache_watch_fd(const LxCache *cache);
bool lx_cache_dispatch(LxCache *cache);
