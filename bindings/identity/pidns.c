/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A PID namespace: its init, and the namespace that it was made in. */
#include "identity/pidns.h"

#include <errno.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/* Since Linux 6.11: the pid here of the process that has this pid there (ioctl_nsfs(2)). */
#ifndef NS_GET_TGID_FROM_PIDNS
#define NS_GET_TGID_FROM_PIDNS _IOR(NSIO, 0x7, int)
#endif

static bool is_in(const LxNamespaces *namespaces, const LxTask *task, uint64_t inode)
{
	uint64_t its;

	return lx_namespaces_of(namespaces, task, LX_NAMESPACE_PID, &its, NULL) && its == inode;
}

static bool is_init(const LxNamespaces *namespaces, const LxTask *task, uint64_t inode)
{
	LxProcessNumbers numbers;

	return is_in(namespaces, task, inode) && lx_task_numbers(task, &numbers, NULL) &&
	       numbers.namespace_pid == 1;
}

/* The kernel's word is checked: the number may have been given away before the folder is open. */
static bool ask_kernel(
	const LxNamespaces *namespaces, int namespace_fd, uint64_t inode, LxTask *out)
{
	int pid = namespace_fd < 0 ? -1 : ioctl(namespace_fd, NS_GET_TGID_FROM_PIDNS, 1);
	g_auto(LxTask) task = LX_TASK_NONE;

	if (pid <= 0 || !lx_task_open(namespaces->root, pid, &task, NULL) ||
		!is_in(namespaces, &task, inode))
		return false;
	*out = task;
	task = LX_TASK_NONE;
	return true;
}

static bool try_entry(const LxNamespaces *namespaces, const char *name, uint64_t inode, LxTask *out)
{
	g_auto(LxTask) task = LX_TASK_NONE;
	uint64_t pid;

	if (!lx_slice_u64(lx_slice(name), &pid) || pid > INT32_MAX ||
		!lx_task_open(namespaces->root, (pid_t)pid, &task, NULL) ||
		!is_init(namespaces, &task, inode))
		return false;
	*out = task;
	task = LX_TASK_NONE;
	return true;
}

bool lx_pidns_init(const LxNamespaces *namespaces, int namespace_fd, uint64_t inode, LxTask *out,
	GError **error)
{
	g_auto(GStrv) names = NULL;

	if (ask_kernel(namespaces, namespace_fd, inode, out))
		return true;
	names = lx_sysroot_list(namespaces->root, "proc", error);
	if (!names)
		return false;
	for (char **name = names; *name; name++)
		if (try_entry(namespaces, *name, inode, out))
			return true;
	lx_error_set(error, ESRCH,
		"looking for the init of PID namespace %" G_GUINT64_FORMAT ": there is none",
		inode);
	return false;
}

int lx_pidns_parent(int namespace_fd)
{
	return namespace_fd < 0 ? -1 : ioctl(namespace_fd, NS_GET_PARENT);
}

uint64_t lx_pidns_inode(int namespace_fd)
{
	struct stat status;

	return namespace_fd >= 0 && fstat(namespace_fd, &status) == 0 ? status.st_ino : 0;
}
