/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attaching: the views of a running container are put into it from outside, or taken out again.
 * Nothing of the container is run, nothing in it needs to be there, and nothing is mounted on the
 * host.
 *
 * What is attached is a slave of an anchor, so that it heals by itself like everything that binds
 * anchors. Targets are reached by folders alone and must be the kernel's own files, or views of
 * somebody else's; over anything else nothing is put. A container gets all that it has places for,
 * or, when one of them fails, nothing.
 *
 * The cgroup view has no anchor: what lies under an anchor is everybody's, and every container has
 * cgroups of its own. It is put over each hierarchy that the container has mounted, as what that
 * mount shows, so that programs which look for the kernel's mounts in /proc/self/mountinfo find it
 * there; whole over an empty /sys/fs/cgroup. After a total loss `lxfs heal` has to enter.
 */
#pragma once

#include "mounts/views.h"
#include "mounts/visit.h"

typedef struct {
	const char *runtime_dir; /* of the lxfs whose anchors are attached */
	const char *mountpoint;  /* where it serves; it need not be serving now */
	const char *root; /* where the container's root lies, for the process: "/" or NULL, or,
			     before pivot_root(2), an absolute path without symbolic links */
	LxViewSet views;
	bool cgroup; /* the cgroup view over its hierarchies, too; for that lxfs must be serving */
	unsigned limit_msec; /* for each container */
	/*
	 * Provide a second procfs and sysfs where the views would hide the last ones that are whole
	 * (mounts/clean.h). Only what could be seen whole before is provided; so before a runtime
	 * has masked what it wants to mask, this must be off.
	 */
	bool clean;
} LxAttachOptions;

/*
 * False when it could not be tried: no anchors (ENOENT), lxfs is dead (ENOTCONN) or does not answer
 * (ETIMEDOUT), no such process (ESRCH), the host itself (EPERM). Whether it was done, *out says:
 * when `failed` is not 0, nothing has been attached. Single-threaded programs only: it forks.
 */
bool lx_attach_run(const LxAttachOptions *options, pid_t pid, LxVisitReport *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
