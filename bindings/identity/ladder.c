/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rungs from a task to its container.
 *
 * A rung gives a container or nothing, in which case the next one is tried. What a rung finds out
 * it leaves in the cache, so that the common case, a task in a cgroup namespace that is known,
 * costs one stat(2). Each look-up by number says which namespace is meant; whatever is learned
 * about it is then read through one descriptor of the task, and the namespace behind that must be
 * the one that was meant.
 */
#include "identity/ladder.h"

#include <errno.h>

#include "identity/cgroupns.h"
#include "identity/init.h"
#include "identity/pidns.h"
#include "identity/runtime.h"

#define MEMBERSHIP_MAX_BYTES (1024u * 1024)

/* ---- What a container is made of ---- */

/* The runtime and id that any of its paths tells; the primary one is asked first. */
static void name_container(LxContainer *container)
{
	g_auto(LxRuntime) runtime = {0};

	for (unsigned i = 0; i < lx_cgroup_n_levels(container->cgroup); i++) {
		const LxLevel *level = lx_cgroup_nth_level(container->cgroup, i);

		if (!lx_runtime_recognise(lx_level_path(level), &runtime))
			continue;
		container->runtime = runtime.runtime;
		container->id = g_steal_pointer(&runtime.id);
		return;
	}
	container->runtime = "plain";
	container->id = lx_runtime_plain_id(lx_level_path(lx_cgroup_primary(container->cgroup)));
}

/*
 * A container without any process begins now. But a member is there: one that cannot be read for
 * any other reason than that it has just gone leaves the start unknown, which no guess may stand
 * for.
 */
static bool start_without_init(
	const LxLadder *ladder, const LxTask *member, LxContainer *container, GError **error)
{
	g_autoptr(GError) failure = NULL;
	LxProcess process;

	if (!lx_task_process(member, &process, &failure) && lx_error_code(failure) == EINVAL) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	container->start_boottime_nsec = lx_clock_boottime_nsec(ladder->clock);
	return true;
}

/* `member` is one of its tasks. A membership that is the root's everywhere is the host. */
static LxContainer *make_container(const LxLadder *ladder, const LxMembership *membership,
	const LxTask *member, GError **error)
{
	g_autoptr(LxContainer) container = lx_container_new();
	g_auto(LxInit) init = LX_INIT_NONE;

	if (lx_membership_is_root(membership))
		return lx_container_ref(ladder->host);
	container->cgroup = lx_cgroup_new(ladder->levels, ladder->layout, membership, error);
	if (!container->cgroup)
		return NULL;
	name_container(container);
	lx_init_find(ladder->namespaces, ladder->layout, container->cgroup, member, &init);
	container->init_pid = init.task.tid;
	container->init_folder = lx_fd_steal(&init.task.folder);
	container->pid_namespace = init.pid_namespace;
	container->start_boottime_nsec = init.start_boottime_nsec;
	if (container->init_pid == 0 && !start_without_init(ladder, member, container, error))
		return NULL;
	return g_steal_pointer(&container);
}

/* ---- Entries ---- */

/* Entries whose end cannot be noticed are used once and not kept. A captured host has no end. */
static LxCacheEntry *keep(const LxLadder *ladder, LxCacheEntry *entry, const LxTask *process)
{
	if (lx_sysroot_is_live(ladder->root)) {
		entry->watched = lx_task_watch(process);
		if (entry->watched < 0)
			return entry;
	}
	return lx_cache_add(ladder->cache, entry);
}

/* The process that the entry stands and falls with: the container's init. */
static LxCacheEntry *keep_with_init(const LxLadder *ladder, LxCacheEntry *entry)
{
	LxTask init = {entry->container->init_pid, entry->container->init_folder};

	return keep(ladder, entry, &init);
}

/* Without a container there is no init: then as long as the process lives that led here. */
static LxCacheEntry *keep_with_group(
	const LxLadder *ladder, LxCacheEntry *entry, const LxTask *member)
{
	g_auto(LxTask) process = LX_TASK_NONE;
	LxProcessNumbers numbers;

	if (!lx_task_numbers(member, &numbers, NULL) ||
		!lx_task_open(ladder->root, numbers.group, &process, NULL))
		return entry;
	return keep(ladder, entry, &process);
}

static LxContainer *container_of(const LxCacheEntry *entry)
{
	return entry->container ? lx_container_ref(entry->container) : NULL;
}

/* ---- Who climbs ---- */

typedef struct {
	pid_t tid;
	bool known; /* then `in` says what would be asked */
	LxCallerNamespaces in;
} Climber;

static bool namespace_of(const LxLadder *ladder, const Climber *climber, LxNamespace kind,
	uint64_t *out, GError **error)
{
	if (!climber->known)
		return lx_namespaces_find(ladder->namespaces, climber->tid, kind, out, error);
	*out = kind == LX_NAMESPACE_PID ? climber->in.pid : climber->in.cgroup;
	return true;
}

/* ---- Rung 1: the root of the cgroup namespace ---- */

/*
 * What this task says about its cgroup namespace. A namespace whose root is the host's says nothing
 * about the container: its entry has none. EXDEV when another task must be asked.
 */
static LxCacheEntry *ask_member(
	const LxLadder *ladder, const LxTask *task, uint64_t inode, GError **error)
{
	g_autoptr(LxCacheEntry) entry =
		lx_cache_entry_new(&(LxCacheKey){LX_CACHED_CGROUP_NAMESPACE, inode, NULL});
	LxNamespaceName name = {LX_NAMESPACE_CGROUP, inode};
	LxCgroupnsWay way = {.home = ladder->home, .root = ladder->root};
	g_auto(LxMembership) root = {0};

	if (!lx_namespaces_open(ladder->namespaces, task, name, &entry->namespace, error))
		return NULL;
	way.there = entry->namespace;
	if (!lx_cgroupns_root(task, ladder->layout, &way, &root, error))
		return NULL;
	if (lx_membership_is_root(&root))
		return keep_with_group(ladder, g_steal_pointer(&entry), task);
	entry->container = make_container(ladder, &root, task, error);
	if (!entry->container)
		return NULL;
	return keep_with_init(ladder, g_steal_pointer(&entry));
}

static LxCacheEntry *ask_if_member(const LxLadder *ladder, const char *name, uint64_t inode)
{
	g_auto(LxTask) task = LX_TASK_NONE;
	uint64_t pid, its;

	if (!lx_slice_u64(lx_slice(name), &pid) || pid > INT32_MAX ||
		!lx_task_open(ladder->root, (pid_t)pid, &task, NULL) ||
		!lx_namespaces_of(ladder->namespaces, &task, LX_NAMESPACE_CGROUP, &its, NULL) ||
		its != inode)
		return NULL;
	return ask_member(ladder, &task, inode, NULL);
}

/* NULL when no task of the namespace can say. */
static LxCacheEntry *ask_all_members(const LxLadder *ladder, uint64_t inode)
{
	g_auto(GStrv) names = lx_sysroot_list(ladder->root, "proc", NULL);
	LxCacheEntry *entry = NULL;

	for (char **name = names; name && *name && !entry; name++)
		entry = ask_if_member(ladder, *name, inode);
	return entry;
}

/* *out is NULL when nobody can say. */
static bool learn_cgroup_namespace(
	const LxLadder *ladder, pid_t tid, uint64_t inode, LxCacheEntry **out, GError **error)
{
	g_auto(LxTask) task = LX_TASK_NONE;
	GError *failure = NULL;

	if (!lx_task_open(ladder->root, tid, &task, error))
		return false;
	*out = ask_member(ladder, &task, inode, &failure);
	if (*out)
		return true;
	if (lx_error_code(failure) != EXDEV) {
		g_propagate_error(error, failure);
		return false;
	}
	g_error_free(failure);
	*out = ask_all_members(ladder, inode);
	return true;
}

static bool by_cgroup_namespace(
	const LxLadder *ladder, const Climber *climber, LxContainer **out, GError **error)
{
	g_autoptr(LxCacheEntry) entry = NULL;
	uint64_t inode;

	if (!namespace_of(ladder, climber, LX_NAMESPACE_CGROUP, &inode, error))
		return false;
	if (lx_namespaces_is_host(ladder->namespaces, LX_NAMESPACE_CGROUP, inode))
		return true;
	entry = lx_cache_get(ladder->cache, &(LxCacheKey){LX_CACHED_CGROUP_NAMESPACE, inode, NULL});
	if (!entry && !learn_cgroup_namespace(ladder, climber->tid, inode, &entry, error))
		return false;
	if (entry)
		*out = container_of(entry);
	return true;
}

/* ---- Rung 2: the init of the PID namespace ---- */

static bool is_ending(const LxLadder *ladder, const LxCacheEntry *entry)
{
	g_auto(LxTask) init = LX_TASK_NONE;

	return lx_task_open(ladder->root, entry->placed_by, &init, NULL) &&
	       lx_task_is_exiting(&init);
}

/*
 * Init stands where it stood when the entry was made. One system call. One that is ending is said
 * to have gone to the roots, while the others of its namespace live on until it has given its
 * memory back: they are still where it was.
 */
static bool has_stayed(const LxLadder *ladder, const LxCacheEntry *entry)
{
	g_auto(LxText) now = {0};

	if (entry->membership < 0)
		return true;
	if (!lx_fd_read_record(entry->membership, MEMBERSHIP_MAX_BYTES, "cgroup", &now, NULL))
		return false;
	return (now.length == entry->placed.length &&
		       memcmp(now.bytes, entry->placed.bytes, now.length) == 0) ||
	       is_ending(ladder, entry);
}

static bool place_by_init(
	const LxLadder *ladder, const LxTask *init, LxCacheEntry *entry, GError **error)
{
	g_autofree char *what = g_strdup_printf("/proc/%d/cgroup", (int)init->tid);
	g_auto(LxMembership) at = {0};

	entry->membership = lx_task_open_file(init, "cgroup", error);
	if (entry->membership < 0 ||
		!lx_fd_read_record(
			entry->membership, MEMBERSHIP_MAX_BYTES, what, &entry->placed, error) ||
		!lx_membership_parse(
			ladder->layout, lx_text_slice(&entry->placed), what, &at, error))
		return false;
	if (lx_task_is_exiting(init)) {
		lx_error_set(error, ESRCH, "looking at task %d: it is ending", (int)init->tid);
		return false;
	}
	entry->placed_by = init->tid;
	lx_membership_cut_init_scope(&at);
	entry->container = make_container(ladder, &at, init, error);
	return entry->container != NULL;
}

static LxCacheEntry *learn_pid_namespace(
	const LxLadder *ladder, const LxTask *task, uint64_t inode, GError **error)
{
	g_autoptr(LxCacheEntry) entry =
		lx_cache_entry_new(&(LxCacheKey){LX_CACHED_PID_NAMESPACE, inode, NULL});
	LxNamespaceName name = {LX_NAMESPACE_PID, inode};
	g_auto(LxTask) init = LX_TASK_NONE;
	Climber first = {0};

	if (!lx_namespaces_open(ladder->namespaces, task, name, &entry->namespace, error) ||
		!lx_pidns_init(ladder->namespaces, entry->namespace, inode, &init, error))
		return NULL;
	first.tid = init.tid;
	if (!by_cgroup_namespace(ladder, &first, &entry->container, error))
		return NULL;
	if (!lx_task_exists(&init)) {
		lx_error_set(error, ESRCH, "looking at task %d: there is none", (int)init.tid);
		return NULL;
	}
	if (!entry->container && !place_by_init(ladder, &init, entry, error))
		return NULL;
	return keep(ladder, g_steal_pointer(&entry), &init);
}

/*
 * Containers of a pod may share the PID namespace of one that does nothing but wait, and runtimes
 * on cgroup v1 leave them the host's cgroup namespace. So a task that stands in a runtime's
 * container, and this one neither within init's nor around it, is not init's.
 */
static bool stands_beside(const LxContainer *of_init, const LxMembership *at)
{
	const LxLevel *place = lx_cgroup_primary(of_init->cgroup);
	const char *path = at->paths[lx_level_hierarchy(place)];
	g_auto(LxRuntime) runtime = {0};
	g_autofree char *own = NULL;

	if (!path || lx_membership_is_within(path, lx_level_path(place)) ||
		!lx_runtime_recognise(path, &runtime))
		return false;
	own = g_strndup(path, runtime.length);
	return !lx_membership_is_within(lx_level_path(place), own);
}

/* *out is NULL when it is not init's container. What no runtime made is nobody's neighbour. */
static bool take_if_within(const LxLadder *ladder, pid_t tid, const LxCacheEntry *entry,
	LxContainer **out, GError **error)
{
	const LxContainer *of_init = entry->container;
	g_auto(LxMembership) at = {0};

	if (entry->membership >= 0 && !of_init->is_host && strcmp(of_init->runtime, "plain") != 0) {
		if (!lx_task_find_membership(ladder->root, tid, ladder->layout, &at, error))
			return false;
		if (stands_beside(of_init, &at))
			return true;
	}
	*out = container_of(entry);
	return true;
}

static bool by_pid_namespace(
	const LxLadder *ladder, const Climber *climber, LxContainer **out, GError **error)
{
	g_autoptr(LxCacheEntry) entry = NULL;
	g_auto(LxTask) task = LX_TASK_NONE;
	uint64_t inode;

	if (!namespace_of(ladder, climber, LX_NAMESPACE_PID, &inode, error))
		return false;
	if (lx_namespaces_is_host(ladder->namespaces, LX_NAMESPACE_PID, inode))
		return true;
	entry = lx_cache_get(ladder->cache, &(LxCacheKey){LX_CACHED_PID_NAMESPACE, inode, NULL});
	if (entry && !has_stayed(ladder, entry)) {
		lx_cache_drop(ladder->cache, entry);
		g_clear_pointer(&entry, lx_cache_entry_unref);
	}
	if (!entry && lx_task_open(ladder->root, climber->tid, &task, error))
		entry = learn_pid_namespace(ladder, &task, inode, error);
	return entry && take_if_within(ladder, climber->tid, entry, out, error);
}

/* ---- Rung 3: the task's own cgroup ---- */

/* Cuts every path after the cgroup that a runtime made. False when none did. */
static bool cut_to_runtime(LxMembership *at)
{
	bool any = false;

	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++) {
		g_auto(LxRuntime) runtime = {0};

		if (!at->paths[i] || !lx_runtime_recognise(at->paths[i], &runtime))
			continue;
		at->paths[i][runtime.length] = '\0';
		any = true;
	}
	return any;
}

/* All paths as one text: what an entry of this rung is known by. */
static char *joined(const LxMembership *at)
{
	g_autoptr(GString) all = g_string_new(NULL);

	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++)
		g_string_append_printf(all, "%s\n", at->paths[i] ? at->paths[i] : "");
	return g_string_free(g_steal_pointer(&all), FALSE);
}

/* The cgroup that a task's own stands for: that of its runtime, itself, or (NULL) the host's. */
static char *place_name(LxMembership *at, LxLadderScope scope)
{
	bool made = cut_to_runtime(at);

	if (!made && (scope == LX_LADDER_NAMED || lx_membership_is_root(at)))
		return NULL;
	return joined(at);
}

/* The task is asked again, through its descriptor: it may have been moved, or be another. */
static LxCacheEntry *learn_cgroup(
	const LxLadder *ladder, pid_t tid, const char *name, LxLadderScope scope, GError **error)
{
	g_autoptr(LxCacheEntry) entry =
		lx_cache_entry_new(&(LxCacheKey){LX_CACHED_CGROUP, 0, name});
	g_auto(LxTask) task = LX_TASK_NONE;
	g_auto(LxMembership) at = {0};
	g_autofree char *name_now = NULL;

	if (!lx_task_open(ladder->root, tid, &task, error) ||
		!lx_task_membership(&task, ladder->layout, &at, error))
		return NULL;
	name_now = place_name(&at, scope);
	if (g_strcmp0(name, name_now) != 0) {
		lx_error_set(error, ENOENT, "looking for the cgroup of task %d: it is being moved",
			(int)tid);
		return NULL;
	}
	entry->container = make_container(ladder, &at, &task, error);
	if (!entry->container)
		return NULL;
	return keep_with_init(ladder, g_steal_pointer(&entry));
}

static bool by_own_cgroup(
	const LxLadder *ladder, pid_t tid, LxLadderScope scope, LxContainer **out, GError **error)
{
	g_autoptr(LxCacheEntry) entry = NULL;
	g_auto(LxMembership) at = {0};
	g_autofree char *name = NULL;

	if (!lx_task_find_membership(ladder->root, tid, ladder->layout, &at, error))
		return false;
	name = place_name(&at, scope);
	if (!name) {
		*out = lx_container_ref(ladder->host);
		return true;
	}
	entry = lx_cache_get(ladder->cache, &(LxCacheKey){LX_CACHED_CGROUP, 0, name});
	if (!entry)
		entry = learn_cgroup(ladder, tid, name, scope, error);
	if (!entry)
		return false;
	*out = container_of(entry);
	return true;
}

/* From the second rung on. */
static LxContainer *climb_on(
	const LxLadder *ladder, const Climber *climber, LxLadderScope scope, GError **error)
{
	LxContainer *container = NULL;

	if (!by_pid_namespace(ladder, climber, &container, error))
		return NULL;
	if (!container && !by_own_cgroup(ladder, climber->tid, scope, &container, error))
		return NULL;
	return container;
}

/* Those of a list are climbed for once, and would only push others out of what is known. */
static LxContainer *climb(
	const LxLadder *ladder, pid_t tid, LxLadderScope scope, bool *rooted, GError **error)
{
	LxCallers *callers = scope == LX_LADDER_ALL ? ladder->callers : NULL;
	Climber climber = {.tid = tid};
	LxContainer *container = NULL;

	climber.known = lx_callers_find(callers, tid, &climber.in);
	if (!by_cgroup_namespace(ladder, &climber, &container, error))
		return NULL;
	*rooted = container != NULL;
	if (container)
		return container;
	if (!climber.known)
		lx_callers_note(callers, tid);
	return climb_on(ladder, &climber, scope, error);
}

LxContainer *lx_ladder_climb(const LxLadder *ladder, pid_t tid, LxLadderScope scope, GError **error)
{
	bool rooted;

	return climb(ladder, tid, scope, &rooted, error);
}

LxContainer *lx_ladder_climb_rooted(const LxLadder *ladder, pid_t tid, bool *rooted, GError **error)
{
	return climb(ladder, tid, LX_LADDER_ALL, rooted, error);
}
