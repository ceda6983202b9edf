/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor: keeps the descriptors and the estate, starts a worker, and starts the next one at
 * once when it dies. Single-threaded, forks, waits, and handles no byte that a container controls.
 */
#pragma once

#include "serve/supervision.h"

/*
 * Runs until it is told to stop (SIGTERM, SIGINT), the views are unmounted, or, with a fresh
 * estate, it is clear that no worker comes up. Gives the exit code.
 */
int lx_supervisor_run(LxSupervision *supervision);
