/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Replacing the dead views of one mount namespace, from outside: nothing of the container is run,
 * and nothing in it needs to be there.
 *
 * Runs in a child of its own, because entering a namespace is for good and because a container can
 * make every look-up in it hang. Targets are reached from the root of one of its processes by
 * folders alone: symbolic links are never followed, and a path that leads to another mount than it
 * should is left alone.
 */
#pragma once

#include "mounts/mntns.h"
#include "mounts/suspects.h"

typedef struct {
	pid_t pid; /* a process in the namespace; 0: our own, which need not be entered */
	uint64_t inode;
	const GArray *suspects;  /* LxSuspect, of this namespace */
	const LxServed *served;  /* NULL: nothing is, so everybody gets the host's own files */
	const LxServed *mounted; /* what lies at the mount point, dead or alive; NULL: nothing */
	const char *mountpoint;
	const char *runtime_dir;
	const char *anchors; /* where views are taken from; those without an anchor from served */
	unsigned probe_msec;
	bool dry_run;
} LxReplaceTask;

#define LX_REPLACE_WHY 256

/* Counts of mounts. Comes through a pipe: no pointers. */
typedef struct {
	unsigned healed;
	unsigned alive;  /* served by somebody else */
	unsigned hidden; /* something else lies over its path */
	unsigned left;   /* nothing is served, and the host has no such file: until lxfs serves */
	unsigned failed;
	char why[LX_REPLACE_WHY]; /* the first failure */
} LxReplaceReport;

void lx_replace_run(const LxReplaceTask *task, LxReplaceReport *out);
