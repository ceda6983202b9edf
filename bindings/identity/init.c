/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container's init.
 *
 * Of the PID namespaces that enclose a task the outermost whose init lies in the container's cgroup
 * is the container's: a namespace made within it (`unshare -p` in a shell) has an init there too,
 * but the answer must not depend on who asks first. The init of a pod that shares a PID namespace
 * stands in another cgroup, that of the pause container, and does not count.
 *
 * Where no PID namespace tells, the oldest process in the cgroup is the init, unless the host's
 * processes there are but the makers of a PID namespace whose init is there too.
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

static bool lies_in_container(const Search *search, const LxTask *task)
{
	g_auto(LxMembership) at = {0};
	const char *path;

	if (!lx_task_membership(task, search->layout, &at, NULL))
		return false;
	path = at.paths[lx_level_hierarchy(search->place)];
	return path && lx_membership_is_within(path, lx_level_path(search->place));
}

static bool is_alive(const LxProcess *process)
{
	return process->state != 'Z' && process->state != 'X';
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
		!lx_namespaces_open(search->namespaces, member,
			(LxNamespaceName){LX_NAMESPACE_PID, inode}, &fd, NULL))
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

/* ---- Without a namespace to go by: the processes of the cgroup ---- */

typedef struct {
	LxProcess process;
	uint64_t pid_namespace;
	bool is_init; /* of a PID namespace that is not the host's */
} Member;

typedef struct {
	const Search *search;
	GArray *members; /* of Member */
} Gathering;

static bool read_member(const Search *search, const LxTask *task, Member *out)
{
	const LxNamespaces *namespaces = search->namespaces;
	LxProcessNumbers numbers;

	*out = (Member){0};
	if (!lx_task_process(task, &out->process, NULL) || !is_alive(&out->process) ||
		!lx_namespaces_of(namespaces, task, LX_NAMESPACE_PID, &out->pid_namespace, NULL))
		return false;
	if (!lx_namespaces_is_host(namespaces, LX_NAMESPACE_PID, out->pid_namespace))
		out->is_init = lx_task_numbers(task, &numbers, NULL) && numbers.namespace_pid == 1;
	return true;
}

static bool gather(pid_t pid, gpointer data)
{
	Gathering *gathering = data;
	g_auto(LxTask) task = LX_TASK_NONE;
	Member member;

	if (lx_task_open(gathering->search->namespaces->root, pid, &task, NULL) &&
		read_member(gathering->search, &task, &member))
		g_array_append_val(gathering->members, member);
	return true;
}

/* Of two born in the same clock tick the one with the smaller number. */
static bool is_older(const LxProcess *a, const LxProcess *b)
{
	if (a->start_ticks != b->start_ticks)
		return a->start_ticks < b->start_ticks;
	return a->pid < b->pid;
}

static const Member *oldest_of(const GArray *members, bool inits_only)
{
	const Member *oldest = NULL;

	for (guint i = 0; i < members->len; i++) {
		const Member *member = &g_array_index(members, Member, i);

		if (inits_only && !member->is_init)
			continue;
		if (!oldest || is_older(&member->process, &oldest->process))
			oldest = member;
	}
	return oldest;
}

static const Member *find_member(const GArray *members, pid_t pid)
{
	for (guint i = 0; i < members->len; i++)
		if (g_array_index(members, Member, i).process.pid == pid)
			return &g_array_index(members, Member, i);
	return NULL;
}

static unsigned count_in(const GArray *members, uint64_t pid_namespace)
{
	unsigned n = 0;

	for (guint i = 0; i < members->len; i++)
		n += g_array_index(members, Member, i).pid_namespace == pid_namespace;
	return n;
}

/*
 * Do those of a PID namespace stand in the cgroup only because they made another one there (a shell
 * and its `unshare --fork`)? Then all of them are ancestors of that one's init.
 */
static bool are_makers(const GArray *members, uint64_t pid_namespace, const Member *init)
{
	unsigned n = count_in(members, pid_namespace);
	const Member *ancestor = find_member(members, init->process.parent);

	for (guint i = 0; ancestor && i < members->len; i++) {
		n -= ancestor->pid_namespace == pid_namespace;
		ancestor = find_member(members, ancestor->process.parent);
	}
	return n == 0;
}

static const Member *choose(const Search *search, const GArray *members)
{
	const Member *oldest = oldest_of(members, false), *init = oldest_of(members, true);

	if (oldest && init &&
		lx_namespaces_is_host(
			search->namespaces, LX_NAMESPACE_PID, oldest->pid_namespace) &&
		are_makers(members, oldest->pid_namespace, init))
		return init;
	return oldest;
}

/* A number that was given away since it was listed leads to a process elsewhere. */
static void take_from_cgroup(const Search *search, LxLevel *place, LxInit *out)
{
	g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(Member));
	Gathering gathering = {search, members};
	g_auto(LxTask) task = LX_TASK_NONE;
	const Member *chosen;

	lx_processes_visit(place, PROCESSES_MAX, gather, &gathering);
	chosen = choose(search, members);
	if (chosen && lx_task_open(search->namespaces->root, chosen->process.pid, &task, NULL) &&
		lies_in_container(search, &task))
		(void)take(search, &task, out);
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

	if (place)
		climb_namespaces(&search, member, &found);
	if (place && found.task.tid == 0)
		take_from_cgroup(&search, place, &found);
	if (found.task.tid == 0)
		take_member(&search, member, &found);
	lx_init_clear(out);
	*out = found;
	found = LX_INIT_NONE;
}
