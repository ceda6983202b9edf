/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A PID namespace (pid_namespaces(7)): its init, and the namespace that it was made in. */
#pragma once

#include "identity/namespaces.h"

/*
 * Opens /proc/PID of the namespace's init. `namespace_fd` is the namespace's descriptor; without
 * one (-1: a captured host), and on kernels before 6.11, all of /proc is looked through for it.
 * ESRCH when it has none that can be seen from here.
 */
LX_MUST_CHECK bool lx_pidns_init(const LxNamespaces *namespaces, int namespace_fd, uint64_t inode,
	LxTask *out, GError **error);

/* A descriptor of the namespace that it was made in; -1 when that cannot be seen from here. */
int lx_pidns_parent(int namespace_fd);

/* The inode number of a namespace's descriptor; 0 for none. */
uint64_t lx_pidns_inode(int namespace_fd);
