/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container's init.
 *
 * Of the PID namespaces that enclose a task the outermost whose init lies in the container's cgroup
 * is the container's: a namespace made within it (`unshare -p` in a shell) has an init there too,
 * but the answer must not depend on who asks first. The init of a pod that shares a PID namespace
 * stands in another cgroup, that of the pause container, and does not count.
 */
#include "identity/init.h"

#include "cgroup/processes.h"
#include "host/process.h"
#include "identity/pidns.h"

/* Starting times of more processes than this are not compared. */
#define PROCESSES_MAX 1024

/* The kernel nests PID namespaces no deeper (MAX_PID_NS_LEVEL). */
#define NESTING_MAX 32

typedef struct {
	const LxNamespaces *namespaces;
	const LxLayout *layout;
	const LxLevel *place; /* the level that names the container */
} Search;

void lx_init_clear(LxInit *init)
{
	lx_task_clear(&init->task);
	*init = LX_INIT_NONE;
}

static bool is_at_or_below(const char *path, const char *top)
{
	size_t length = strlen(top);

	return strncmp(path, top, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static bool lies_in_container(const Search *search, const LxTask *task)
{
	g_auto(LxMembership) at = {0};
	const char *path;

	if (!lx_task_membership(task, search->layout, &at, NULL))
		return false;
	path = at.paths[lx_level_hierarchy(search->place)];
	return path && is_at_or_below(path, lx_level_path(search->place));
}

/* Takes the task over if it is alive. */
static bool take(const Search *search, LxTask *task, LxInit *out)
{
	const LxNamespaces *namespaces = search->namespaces;
	LxProcess process;
	uint64_t inode;

	if (!lx_task_process(task, &process, NULL) || process.state == 'Z' ||
		process.state == 'X' ||
		!lx_namespaces_of(namespaces, task, LX_NAMESPACE_PID, &inode, NULL))
		return false;
	lx_init_clear(out);
	out->task = *task;
	*task = LX_TASK_NONE;
	if (!lx_namespaces_is_host(namespaces, LX_NAMESPACE_PID, inode))
		out->pid_namespace = inode;
	out->start_boottime_nsec = lx_process_ticks_nsec(process.start_ticks);
	return true;
}

/* Takes the init of one PID namespace if it lies in the container. */
static bool take_namespace_init(const Search *search, int namespace_fd, uint64_t inode, LxInit *out)
{
	g_auto(LxTask) task = LX_TASK_NONE;

	if (lx_namespaces_is_host(search->namespaces, LX_NAMESPACE_PID, inode))
		return false;
	return lx_pidns_init(search->namespaces, namespace_fd, inode, &task, NULL) &&
	       lies_in_container(search, &task) && take(search, &task, out);
}

/* A captured host does not tell how namespaces are nested: there the member's own is the one. */
static void climb_namespaces(const Search *search, const LxTask *member, LxInit *out)
{
	g_auto(LxFd) fd = -1;
	uint64_t inode;

	if (!lx_namespaces_of(search->namespaces, member, LX_NAMESPACE_PID, &inode, NULL) ||
		lx_namespaces_is_host(search->namespaces, LX_NAMESPACE_PID, inode) ||
		!lx_namespaces_open(search->namespaces, member, LX_NAMESPACE_PID, inode, &fd, NULL))
		return;
	for (int i = 0; i < NESTING_MAX && take_namespace_init(search, fd, inode, out); i++) {
		int parent = lx_pidns_parent(fd);

		lx_fd_clear(&fd);
		fd = parent;
		if (fd < 0)
			return;
		inode = lx_pidns_inode(fd);
	}
}

typedef struct {
	const Search *search;
	LxInit *oldest;
} Comparison;

/* Of two born in the same clock tick the one with the smaller number. */
static bool is_older(const LxInit *a, const LxInit *b)
{
	if (b->task.tid == 0)
		return true;
	if (a->start_boottime_nsec != b->start_boottime_nsec)
		return a->start_boottime_nsec < b->start_boottime_nsec;
	return a->task.tid < b->task.tid;
}

/* The number may have been given to a process elsewhere since it was listed. */
static bool keep_older(pid_t pid, gpointer data)
{
	Comparison *comparison = data;
	const Search *search = comparison->search;
	g_auto(LxTask) task = LX_TASK_NONE;
	g_auto(LxInit) candidate = LX_INIT_NONE;

	if (lx_task_open(search->namespaces->root, pid, &task, NULL) &&
		take(search, &task, &candidate) && is_older(&candidate, comparison->oldest) &&
		lies_in_container(search, &candidate.task)) {
		lx_init_clear(comparison->oldest);
		*comparison->oldest = candidate;
		candidate = LX_INIT_NONE;
	}
	return true;
}

/* The process, not the thread: only a process can be watched. */
static void take_member(const Search *search, const LxTask *member, LxInit *out)
{
	g_auto(LxTask) task = LX_TASK_NONE;
	LxProcessNumbers numbers;

	if (lx_task_numbers(member, &numbers, NULL) &&
		lx_task_open(search->namespaces->root, numbers.group, &task, NULL) &&
		lx_task_exists(member))
		(void)take(search, &task, out);
}

void lx_init_find(const LxNamespaces *namespaces, const LxLayout *layout, const LxCgroup *cgroup,
	const LxTask *member, LxInit *out)
{
	LxLevel *place = lx_cgroup_primary(cgroup);
	Search search = {namespaces, layout, place};
	g_auto(LxInit) found = LX_INIT_NONE;
	Comparison comparison = {&search, &found};

	if (place) {
		climb_namespaces(&search, member, &found);
		if (found.task.tid == 0)
			lx_processes_visit(place, PROCESSES_MAX, keep_older, &comparison);
	}
	if (found.task.tid == 0)
		take_member(&search, member, &found);
	lx_init_clear(out);
	*out = found;
	found = LX_INIT_NONE;
}
