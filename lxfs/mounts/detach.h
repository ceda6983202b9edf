/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Detaching: what lxfs/mounts/attach.h has put into a container is taken out again, and nothing
 * else: views that its runtime gave it stay, and so does whatever lay there before.
 *
 * A container in a container with a user namespace of its own has been given copies that are locked
 * to it (mount_namespaces(7)): those cannot be taken out of it.
 */
#pragma once

#include "mounts/attach.h"

/*
 * Of the options only `root`, `views`, `cgroup` and `limit_msec` count; nothing needs to be
 * serving. The clean procfs goes with the last view. Fails as lx_attach_run does, with ESRCH and
 * EPERM.
 */
bool lx_detach_run(const LxAttachOptions *options, pid_t pid, LxVisitReport *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
