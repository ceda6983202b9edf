/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Load averages: a sample of every container that was asked about in the last 15 minutes, every 5
 * seconds, averaged as the kernel does (kernel/sched/loadavg.c). Lives in memory that the caller
 * gives, under the same rules as history/history.h.
 */
#pragma once

#include "base/error.h"

typedef struct LxLoad LxLoad;

size_t lx_load_bytes(unsigned n_containers);
LxLoad *lx_load_new(void *memory, size_t bytes);
void lx_load_free(LxLoad *load);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxLoad, lx_load_free)
