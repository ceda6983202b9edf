/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the views of memory have in common: host meminfo, the container's memory, the settings. */
#pragma once

#include "cgroup/memory.h"
#include "host/meminfo.h"
#include "model/memory.h"
#include "model/vmstat.h"
#include "tree/recipe.h"

typedef struct {
	LxHostMeminfo *host; /* owned */
	LxMemoryFacts facts;
	LxMemoryTerms terms;
} LxMemory;

/*
 * Reads what a view of memory needs: with `uses` also what the memory is used for, else only limits
 * and swap. *out must be zeroed; clear it with lx_memory_clear.
 */
LX_MUST_CHECK bool lx_memory_read(
	const LxReading *reading, bool uses, LxMemory *out, GError **error);
void lx_memory_clear(LxMemory *memory);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxMemory, lx_memory_clear)

uint64_t lx_memory_page_bytes(void);

/* The sizes of pages that vmstat counts in; no traffic. */
LX_MUST_CHECK bool lx_memory_read_page_sizes(LxHost *host, LxVmstatTerms *out, GError **error);
