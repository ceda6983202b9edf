/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is asking: from the thread id in a request to a container. */
#include "identity/identity.h"

#include <errno.h>

#include "identity/ladder.h"
#include "identity/list.h"

struct LxIdentity {
	LxNamespaces namespaces;
	LxCache *cache;
	LxContainer *host;
	LxLadder ladder;
	unsigned max_cached;
	LxRelease release; /* NULL: nobody else holds containers */
	gpointer release_data;
	GMutex lock;  /* guards list */
	LxList *list; /* the last one made; NULL: none */
};

LxIdentity *lx_identity_new(const LxSysroot *root, const LxLayout *layout, LxLevels *levels,
	const LxClock *clock, unsigned max_cached, GError **error)
{
	g_autoptr(LxCache) cache = lx_cache_new(max_cached, error);
	LxIdentity *identity;

	if (!cache)
		return NULL;
	identity = g_new0(LxIdentity, 1);
	lx_namespaces_init(&identity->namespaces, root);
	identity->cache = g_steal_pointer(&cache);
	identity->host = lx_container_new_host();
	identity->max_cached = max_cached;
	identity->ladder = (LxLadder){
		.root = root,
		.layout = layout,
		.levels = levels,
		.clock = clock,
		.namespaces = &identity->namespaces,
		.cache = identity->cache,
		.host = identity->host,
		.callers = lx_callers_new(&identity->namespaces),
		.home = -1,
	};
	g_mutex_init(&identity->lock);
	return identity;
}

void lx_identity_free(LxIdentity *identity)
{
	if (!identity)
		return;
	lx_list_unref(identity->list);
	lx_cache_free(identity->cache);
	lx_callers_free(identity->ladder.callers);
	lx_container_unref(identity->host);
	lx_namespaces_clear(&identity->namespaces);
	g_mutex_clear(&identity->lock);
	g_free(identity);
}

/* Takes the reference over; NULL: none. */
static void set_list(LxIdentity *identity, LxList *fresh)
{
	g_autoptr(LxList) old = NULL;

	g_mutex_lock(&identity->lock);
	old = identity->list;
	identity->list = fresh;
	g_mutex_unlock(&identity->lock);
}

bool lx_identity_make_room(LxIdentity *identity, int code)
{
	unsigned n = lx_cache_n_entries(identity->cache);
	bool released, known;

	if (code != EMFILE && code != ENFILE)
		return false;
	released = identity->release && identity->release(identity->release_data);
	known = lx_callers_release(identity->ladder.callers);
	lx_cache_trim(identity->cache, n / 2);
	set_list(identity, NULL);
	return n > 0 || released || known;
}

void lx_identity_on_shortage(LxIdentity *identity, LxRelease release, gpointer data)
{
	identity->release = release;
	identity->release_data = data;
}

typedef struct {
	const LxLadder *ladder;
	pid_t tid;
	LxLadderScope scope;
	bool *rooted; /* NULL: not asked for */
} Climb;

static LxContainer *climb(const Climb *way, GError **error)
{
	if (way->rooted)
		return lx_ladder_climb_rooted(way->ladder, way->tid, way->rooted, error);
	return lx_ladder_climb(way->ladder, way->tid, way->scope, error);
}

/*
 * A cgroup that went between its name and the opening of it (ENOENT), as when a task is being
 * moved, is worth one more try; descriptors that have run out are worth as many as there is room to
 * make.
 */
static LxContainer *find(LxIdentity *identity, const Climb *way, GError **error)
{
	g_autoptr(GError) failure = NULL;
	LxContainer *container = climb(way, &failure);

	if (!container && lx_error_code(failure) == ENOENT) {
		g_clear_error(&failure);
		container = climb(way, &failure);
	}
	while (!container && lx_identity_make_room(identity, lx_error_code(failure))) {
		g_clear_error(&failure);
		container = climb(way, &failure);
	}
	if (!container)
		g_propagate_error(error, g_steal_pointer(&failure));
	return container;
}

static LxContainer *find_by(LxIdentity *identity, const LxLadder *ladder, pid_t tid,
	LxLadderScope scope, GError **error)
{
	return find(identity, &(Climb){.ladder = ladder, .tid = tid, .scope = scope}, error);
}

LxContainer *lx_identity_find_rooted(LxIdentity *identity, pid_t tid, bool *rooted, GError **error)
{
	return find(identity, &(Climb){.ladder = &identity->ladder, .tid = tid, .rooted = rooted},
		error);
}

LxContainer *lx_identity_find(LxIdentity *identity, pid_t tid, GError **error)
{
	return find_by(identity, &identity->ladder, tid, LX_LADDER_ALL, error);
}

LxContainer *lx_identity_find_named(LxIdentity *identity, pid_t tid, GError **error)
{
	return find_by(identity, &identity->ladder, tid, LX_LADDER_NAMED, error);
}

bool lx_identity_has_host_time(const LxIdentity *identity, pid_t tid)
{
	uint64_t inode;

	return identity &&
	       lx_namespaces_find(&identity->namespaces, tid, LX_NAMESPACE_TIME, &inode, NULL) &&
	       lx_namespaces_is_host(&identity->namespaces, LX_NAMESPACE_TIME, inode);
}

/* ---- The list ---- */

static LxList *last_list(LxIdentity *identity)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&identity->lock);

	return identity->list ? lx_list_ref(identity->list) : NULL;
}

static void unref_container(gpointer container)
{
	lx_container_unref(container);
}

/*
 * A round through /proc. Threads take the names in blocks, since neighbours are often of the same
 * container, which need be learned only once.
 */
typedef struct {
	LxIdentity *identity;
	char **names;
	guint n;
	guint next; /* atomic; the block to be looked at next */
} Round;

#define BLOCK 16u
#define THREADS_MAX 4u

/*
 * A process that goes away while it is looked at, or says nonsense, is in no list. False when this
 * thread can look at no more.
 */
static bool look_at(
	LxIdentity *identity, const LxLadder *ladder, const char *name, GPtrArray *found)
{
	g_autoptr(GError) failure = NULL;
	LxContainer *container;
	uint64_t pid;

	if (!lx_slice_u64(lx_slice(name), &pid) || pid > INT32_MAX)
		return true;
	container = find_by(identity, ladder, (pid_t)pid, LX_LADDER_NAMED, &failure);
	if (container)
		g_ptr_array_add(found, container);
	return lx_error_code(failure) != ENOTRECOVERABLE;
}

static bool look_at_block(Round *round, const LxLadder *ladder, guint start, GPtrArray *found)
{
	for (guint i = start; i < MIN(start + BLOCK, round->n); i++)
		if (!look_at(round->identity, ladder, round->names[i], found))
			return false;
	return true;
}

static GPtrArray *look_at_blocks(Round *round, const LxLadder *ladder)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(unref_container);
	guint start;

	while ((start = (guint)g_atomic_int_add(&round->next, 1) * BLOCK) < round->n)
		if (!look_at_block(round, ladder, start, found))
			break;
	return found;
}

/* A thread that lives for the list alone: it may enter namespaces itself. */
static gpointer look_from_there(gpointer data)
{
	Round *round = data;
	LxLadder ladder = round->identity->ladder;

	ladder.home = round->identity->namespaces.held[LX_NAMESPACE_CGROUP];
	return look_at_blocks(round, &ladder);
}

/* What threads that cannot be had have left is looked at from here. */
static GPtrArray *look_at_all(Round *round)
{
	guint n = MIN(MIN(g_get_num_processors(), THREADS_MAX), round->n / (4 * BLOCK) + 1);
	GPtrArray *found = g_ptr_array_new_with_free_func(unref_container);
	GThread *threads[THREADS_MAX] = {NULL};

	for (guint i = 0; i < n; i++)
		threads[i] = g_thread_try_new("lxfs-list", look_from_there, round, NULL);
	for (guint i = 0; i < n; i++)
		if (threads[i])
			g_ptr_array_extend_and_steal(found, g_thread_join(threads[i]));
	g_ptr_array_extend_and_steal(found, look_at_blocks(round, &round->identity->ladder));
	return found;
}

static LxList *make_list(LxIdentity *identity, GError **error)
{
	g_auto(GStrv) names = lx_sysroot_list(identity->ladder.root, "proc", error);
	g_autoptr(GPtrArray) found = NULL;
	Round round = {.identity = identity, .names = names};
	LxList *list;

	if (!names)
		return NULL;
	round.n = g_strv_length(names);
	found = look_at_all(&round);
	list = lx_list_new(found);
	set_list(identity, lx_list_ref(list));
	return list;
}

GPtrArray *lx_identity_list(LxIdentity *identity, GError **error)
{
	g_autoptr(LxList) list = make_list(identity, error);

	return list ? lx_list_containers(list) : NULL;
}

/* Which one is wanted: the id, or without one the number. */
typedef struct {
	const char *id;
	uint32_t number;
} Wanted;

static LxContainer *look_in(const LxList *list, const Wanted *wanted)
{
	LxContainer *container = wanted->id ? lx_list_find_id(list, wanted->id)
					    : lx_list_find_number(list, wanted->number);

	return container ? lx_container_ref(container) : NULL;
}

static LxContainer *look_up(LxIdentity *identity, const Wanted *wanted, GError **error)
{
	g_autoptr(LxList) list = last_list(identity);
	g_autoptr(LxContainer) container = list ? look_in(list, wanted) : NULL;
	g_autoptr(LxList) fresh = NULL;

	if (container && lx_container_is_alive(container))
		return g_steal_pointer(&container);
	fresh = make_list(identity, error);
	if (!fresh)
		return NULL;
	lx_container_unref(g_steal_pointer(&container));
	container = look_in(fresh, wanted);
	if (!container && wanted->id)
		lx_error_set(
			error, ENOENT, "looking for the container %s: there is none", wanted->id);
	else if (!container)
		lx_error_set(error, ENOENT,
			"looking for the container with cgroup %u: there is none", wanted->number);
	return g_steal_pointer(&container);
}

LxContainer *lx_identity_find_id(LxIdentity *identity, const char *id, GError **error)
{
	return look_up(identity, &(Wanted){.id = id}, error);
}

LxContainer *lx_identity_find_inode(LxIdentity *identity, uint32_t number, GError **error)
{
	return look_up(identity, &(Wanted){.number = number}, error);
}

/* ---- What has gone ---- */

void lx_identity_forget(LxIdentity *identity, const LxContainer *container)
{
	if (!container->cgroup)
		return;
	lx_cache_forget(identity->cache, lx_cgroup_id(container->cgroup));
	lx_cgroup_forget(container->cgroup);
	set_list(identity, NULL);
}

int lx_identity_watch_fd(const LxIdentity *identity)
{
	return lx_cache_watch_fd(identity->cache);
}

void lx_identity_dispatch(LxIdentity *identity)
{
	if (lx_cache_dispatch(identity->cache))
		set_list(identity, NULL);
}

LxCacheFigures lx_identity_figures(LxIdentity *identity)
{
	return lx_cache_figures(identity->cache);
}

unsigned lx_identity_n_cached(LxIdentity *identity)
{
	return lx_cache_n_entries(identity->cache);
}
