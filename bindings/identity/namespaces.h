/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which cgroup, PID and time namespace a task is in (namespaces(7)), as inode numbers. On a live
 * host they are taken from the namespace itself with stat(2); on a captured one from the text of
 * the link ("cgroup:[4026531835]").
 */
#pragma once

#include "identity/task.h"

typedef enum {
	LX_NAMESPACE_CGROUP,
	LX_NAMESPACE_PID,
	LX_NAMESPACE_TIME,
	LX_N_NAMESPACES
} LxNamespace;

/* The host's own: immutable after lx_namespaces_init. */
typedef struct {
	const LxSysroot *root;
	/* Inode numbers; 0: this kernel has no such namespaces, all are the host's. */
	uint64_t host[LX_N_NAMESPACES];
	/*
	 * On a live host they are held open, -1 elsewhere: of a namespace that nobody holds the
	 * kernel makes the inode anew for every stat(2), which takes twice as long.
	 */
	LxFd held[LX_N_NAMESPACES];
} LxNamespaces;

/* Takes the host's from the first process if it can be seen, else from this one. */
void lx_namespaces_init(LxNamespaces *namespaces, const LxSysroot *root);
void lx_namespaces_clear(LxNamespaces *namespaces);

static inline bool lx_namespaces_is_host(
	const LxNamespaces *namespaces, LxNamespace kind, uint64_t inode)
{
	return inode == namespaces->host[kind];
}

/*
 * By number: one system call. ESRCH when there is no such task. A task that hides its namespaces
 * from us is taken to be in the host's.
 */
LX_MUST_CHECK bool lx_namespaces_find(
	const LxNamespaces *namespaces, pid_t tid, LxNamespace kind, uint64_t *out, GError **error);
/* The same through a task's descriptor. */
LX_MUST_CHECK bool lx_namespaces_of(const LxNamespaces *namespaces, const LxTask *task,
	LxNamespace kind, uint64_t *out, GError **error);

/*
 * Opens the link /proc/TID/ns/... itself. What is read from it is of this very task, and fails when
 * that has gone, whoever has its number. -1 on failure, and on a captured host.
 */
LX_MUST_CHECK int lx_namespaces_open_link(
	const LxNamespaces *namespaces, pid_t tid, LxNamespace kind);
LX_MUST_CHECK bool lx_namespaces_read_link(int link, uint64_t *out);

/* One certain namespace. */
typedef struct {
	LxNamespace kind;
	uint64_t inode;
} LxNamespaceName;

/*
 * Opens the task's namespace, which must be the one that is named: ESRCH when it is not any more.
 * As long as the descriptor is open the number is not given to another. *out is -1 on a captured
 * host.
 */
LX_MUST_CHECK bool lx_namespaces_open(const LxNamespaces *namespaces, const LxTask *task,
	LxNamespaceName name, LxFd *out, GError **error);
