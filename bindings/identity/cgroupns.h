/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The root of a cgroup namespace, as a path of the host's in every hierarchy. */
#pragma once

#include "identity/namespaces.h"

/*
 * The root of a task's cgroup namespace. `namespace_fd` is that namespace's descriptor; -1 on a
 * captured host, where /proc/TID/mountinfo must do. ESRCH when the task has gone. EXDEV when it
 * stands outside the root, from where the root cannot be told: it entered the namespace and left
 * its cgroup behind, as `nsenter -C` does.
 */
LX_MUST_CHECK bool lx_cgroupns_root(const LxTask *task, const LxLayout *layout, int namespace_fd,
	LxMembership *out, GError **error);
