/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keeper: a second supervisor, without a worker, outside the cgroup of the first one. It stands
 * by as an elder does (serve/succession.h): when the first one is stopped or killed with all that
 * is in its cgroup, as a pod is, it serves until the next one takes over from it, or for some
 * seconds.
 */
#pragma once

#include "serve/supervision.h"

/* How a supervisor runs: lx_supervisor_run. */
typedef int (*LxSupervise)(LxSupervision *supervision);

/*
 * To be called now and then while we serve and nobody takes over from us. Where a keeper is wanted
 * and nobody stands by, forks one; its end of the connection becomes given->inheritance->elder.
 * Quiet when there is no process to be had: without it all goes on. True: we are a keeper
 * ourselves, and have served alone for so long that nobody will come.
 */
bool lx_keeper_check(LxSupervision *given, LxSupervise supervise, uint64_t alone_nsec);
