/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The control files that mean more than their text: to whoever lets others write to them. All other
 * files, those of controllers yet to be written included, are plain.
 */
#pragma once

#include "base/sysroot.h"

typedef enum {
	LX_CONTROL_PLAIN,
	LX_CONTROL_PROCESSES, /* pids; writing one moves that process, 0 being the writer */
	LX_CONTROL_THREADS,   /* thread ids, likewise */
	LX_CONTROL_TRIGGER,   /* pressure: a trigger lives as long as the open file */
	/*
	 * Names a program that the host runs (release_agent), or descriptors of the writer, which a
	 * go-between does not have (cgroup.event_control).
	 */
	LX_CONTROL_REFUSED,
} LxControl;

LxControl lx_control_of(const char *name);

/*
 * Does writing it once more do something once more (kill, reclaim)? What sets a value, or moves a
 * process where it is already, does not.
 */
bool lx_control_acts(const char *name);

/*
 * Which files of its own topmost cgroup a container may write to: those that the kernel gives away
 * with a v2 cgroup (/sys/kernel/cgroup/delegate, cgroup-v2.rst "Model of Delegation"), on v1 those
 * that set no limit. The limits of the topmost cgroup are the host's.
 */
typedef struct {
	char **v2; /* owned */
} LxDelegation;

void lx_delegation_init(LxDelegation *delegation, const LxSysroot *root);
void lx_delegation_clear(LxDelegation *delegation);
bool lx_delegation_has(const LxDelegation *delegation, bool v2, const char *name);
