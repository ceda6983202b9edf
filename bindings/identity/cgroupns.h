/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The root of a cgroup namespace, as a path of the host's in every hierarchy. */
#pragma once

#include "identity/namespaces.h"

/* How a cgroup namespace is entered. */
typedef struct {
	int there; /* its descriptor; -1 on a captured host, where /proc/TID/mountinfo must do */
	int home;  /* the calling thread's own, to which it comes back; -1: it may not leave it */
	const LxSysroot *root; /* where this process's own place is read; not of a captured host */
} LxCgroupnsWay;

/*
 * The root of a task's cgroup namespace. ESRCH when the task has gone. EXDEV when it stands outside
 * the root, from where the root cannot be told: it entered the namespace and left its cgroup
 * behind, as `nsenter -C` does. ENOTRECOVERABLE when the thread could not come back: it is good for
 * nothing any more, and must end.
 */
LX_MUST_CHECK bool lx_cgroupns_root(const LxTask *task, const LxLayout *layout,
	const LxCgroupnsWay *way, LxMembership *out, GError **error);
