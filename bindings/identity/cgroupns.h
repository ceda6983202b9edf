/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The root of a cgroup namespace, as a path of the host's in every hierarchy. */
#pragma once

#include "identity/namespaces.h"

/*
 * The root of a task's cgroup namespace. `namespace_fd` is that namespace's descriptor; -1 on a
 * captured host, where /proc/TID/mountinfo must do. ESRCH when the task has gone.
 *
 * *inside is false when the task stands outside the root (it entered the namespace with its cgroup
 * left behind, as `nsenter -C` does): then the root cannot be told from this task, and *out is
 * untouched.
 */
LX_MUST_CHECK bool lx_cgroupns_root(const LxTask *task, const LxLayout *layout, int namespace_fd,
	LxMembership *out, bool *inside, GError **error);
