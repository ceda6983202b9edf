/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The processes of a cgroup and of those below it (cgroups(7), cgroup.procs). */
#pragma once

#include "cgroup/level.h"

/*
 * Returns false to be called no more. The number is one of this PID namespace; it may have been
 * given to another process since.
 */
typedef bool (*LxProcessesVisit)(pid_t pid, gpointer data);

/*
 * Visits at most `max` processes. Cgroups that cannot be read (gone, threaded) are passed over.
 * Processes that this PID namespace does not see are left out.
 */
void lx_processes_visit(LxLevel *level, unsigned max, LxProcessesVisit visit, gpointer data);
