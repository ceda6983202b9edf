/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What has been found out about namespaces and cgroups.
 *
 * Entries are freed outside the lock, since that closes descriptors. A pidfd need not be taken out
 * of the epoll descriptor: nobody holds a duplicate, so closing it does that (epoll(7)). An event
 * carries the entry's serial number and not its address, so that one which comes late hits nothing.
 */
#include "identity/cache.h"

#include <errno.h>
#include <sys/epoll.h>

struct LxCache {
	unsigned max;
	LxFd epoll;
	uint64_t last_serial;  /* atomic */
	GMutex lock;           /* guards what follows and `cached`, `link` of every entry in it */
	GHashTable *by_key;    /* LxCacheKey -> LxCacheEntry, owns a reference */
	GHashTable *by_serial; /* borrowed from by_key */
	GQueue by_use;         /* the entry last asked for is at the head */
	LxCacheFigures figures;
};

static guint key_hash(gconstpointer data)
{
	const LxCacheKey *key = data;

	return g_int64_hash(&key->inode) ^ (guint)key->kind ^
	       (key->name ? g_str_hash(key->name) : 0);
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
	const LxCacheKey *one = a, *two = b;

	return one->kind == two->kind && one->inode == two->inode &&
	       g_strcmp0(one->name, two->name) == 0;
}

LxCacheEntry *lx_cache_entry_new(const LxCacheKey *key)
{
	LxCacheEntry *entry = g_new0(LxCacheEntry, 1);

	g_atomic_ref_count_init(&entry->references);
	entry->name = g_strdup(key->name);
	entry->key = (LxCacheKey){key->kind, key->inode, entry->name};
	entry->namespace = entry->watched = entry->membership = -1;
	entry->link.data = entry;
	return entry;
}

static LxCacheEntry *entry_ref(LxCacheEntry *entry)
{
	g_atomic_ref_count_inc(&entry->references);
	return entry;
}

void lx_cache_entry_unref(LxCacheEntry *entry)
{
	if (!entry || !g_atomic_ref_count_dec(&entry->references))
		return;
	lx_fd_clear(&entry->namespace);
	lx_fd_clear(&entry->watched);
	lx_fd_clear(&entry->membership);
	lx_text_clear(&entry->placed);
	lx_container_unref(entry->container);
	g_free(entry->name);
	g_free(entry);
}

static void unref_entry(gpointer entry)
{
	lx_cache_entry_unref(entry);
}

LxCache *lx_cache_new(unsigned max, GError **error)
{
	g_auto(LxFd) epoll = epoll_create1(EPOLL_CLOEXEC);
	LxCache *cache;

	if (epoll < 0) {
		lx_error_set_errno(error, errno, "making an epoll descriptor");
		return NULL;
	}
	cache = g_new0(LxCache, 1);
	cache->max = MAX(max, 1);
	cache->epoll = lx_fd_steal(&epoll);
	g_mutex_init(&cache->lock);
	cache->by_key = g_hash_table_new(key_hash, key_equal);
	cache->by_serial = g_hash_table_new(g_int64_hash, g_int64_equal);
	g_queue_init(&cache->by_use);
	return cache;
}

/* Gives the table's reference to the caller. Locked. */
static LxCacheEntry *take_out(LxCache *cache, LxCacheEntry *entry)
{
	g_hash_table_remove(cache->by_key, &entry->key);
	g_hash_table_remove(cache->by_serial, &entry->serial);
	g_queue_unlink(&cache->by_use, &entry->link);
	entry->cached = false;
	cache->figures.dropped++;
	return entry;
}

static GPtrArray *take_out_above(LxCache *cache, unsigned n)
{
	GPtrArray *taken = g_ptr_array_new_with_free_func(unref_entry);

	while (cache->by_use.length > n)
		g_ptr_array_add(taken, take_out(cache, cache->by_use.tail->data));
	return taken;
}

void lx_cache_free(LxCache *cache)
{
	if (!cache)
		return;
	lx_cache_trim(cache, 0);
	g_hash_table_unref(cache->by_serial);
	g_hash_table_unref(cache->by_key);
	g_mutex_clear(&cache->lock);
	lx_fd_clear(&cache->epoll);
	g_free(cache);
}

LxCacheEntry *lx_cache_get(LxCache *cache, const LxCacheKey *key)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
	LxCacheEntry *entry = g_hash_table_lookup(cache->by_key, key);

	if (!entry) {
		cache->figures.misses++;
		return NULL;
	}
	cache->figures.hits++;
	g_queue_unlink(&cache->by_use, &entry->link);
	g_queue_push_head_link(&cache->by_use, &entry->link);
	return entry_ref(entry);
}

/* Before it is in the table: an event that comes at once is shown again at the next dispatch. */
static void watch(LxCache *cache, LxCacheEntry *entry)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = entry->serial};

	if (entry->watched >= 0)
		(void)epoll_ctl(cache->epoll, EPOLL_CTL_ADD, entry->watched, &event);
}

LxCacheEntry *lx_cache_add(LxCache *cache, LxCacheEntry *fresh)
{
	g_autoptr(GPtrArray) surplus = NULL;
	g_autoptr(LxCacheEntry) loser = NULL;
	LxCacheEntry *winner;

	fresh->serial = __atomic_add_fetch(&cache->last_serial, 1, __ATOMIC_RELAXED);
	watch(cache, fresh);
	g_mutex_lock(&cache->lock);
	winner = g_hash_table_lookup(cache->by_key, &fresh->key);
	if (winner) {
		loser = fresh;
	} else {
		winner = fresh;
		g_hash_table_insert(cache->by_key, &fresh->key, fresh);
		g_hash_table_insert(cache->by_serial, &fresh->serial, fresh);
		g_queue_push_head_link(&cache->by_use, &fresh->link);
		fresh->cached = true;
	}
	entry_ref(winner);
	surplus = take_out_above(cache, cache->max);
	g_mutex_unlock(&cache->lock);
	return winner;
}

void lx_cache_drop(LxCache *cache, LxCacheEntry *entry)
{
	g_autoptr(LxCacheEntry) dropped = NULL;

	g_mutex_lock(&cache->lock);
	if (entry->cached)
		dropped = take_out(cache, entry);
	g_mutex_unlock(&cache->lock);
}

static bool leads_to(const LxCacheEntry *entry, uint64_t cgroup_id)
{
	return entry->container && entry->container->cgroup &&
	       lx_cgroup_id(entry->container->cgroup) == cgroup_id;
}

void lx_cache_forget(LxCache *cache, uint64_t cgroup_id)
{
	g_autoptr(GPtrArray) taken = g_ptr_array_new_with_free_func(unref_entry);
	GList *next;

	g_mutex_lock(&cache->lock);
	for (GList *link = cache->by_use.head; link; link = next) {
		next = link->next;
		if (leads_to(link->data, cgroup_id))
			g_ptr_array_add(taken, take_out(cache, link->data));
	}
	g_mutex_unlock(&cache->lock);
}

void lx_cache_trim(LxCache *cache, unsigned n)
{
	g_autoptr(GPtrArray) taken = NULL;

	g_mutex_lock(&cache->lock);
	taken = take_out_above(cache, n);
	g_mutex_unlock(&cache->lock);
}

unsigned lx_cache_n_entries(LxCache *cache)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);

	return cache->by_use.length;
}

LxCacheFigures lx_cache_figures(LxCache *cache)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);

	return cache->figures;
}

int lx_cache_watch_fd(const LxCache *cache)
{
	return cache->epoll;
}

static LxCacheEntry *take_out_serial(LxCache *cache, uint64_t serial)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
	LxCacheEntry *entry = g_hash_table_lookup(cache->by_serial, &serial);

	return entry ? take_out(cache, entry) : NULL;
}

/* One round: what is left makes the descriptor readable again. */
bool lx_cache_dispatch(LxCache *cache)
{
	struct epoll_event events[64];
	int n = epoll_wait(cache->epoll, events, G_N_ELEMENTS(events), 0);
	bool any = false;

	for (int i = 0; i < n; i++) {
		LxCacheEntry *entry = take_out_serial(cache, events[i].data.u64);

		any = any || entry;
		lx_cache_entry_unref(entry);
	}
	return any;
}
