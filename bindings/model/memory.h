/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The numbers of proc/meminfo and proc/swaps: host facts and a container's memory -> what it should
 * see, field by field as docs/views.md says. Pure; cannot fail; any thread.
 *
 * Whatever the facts are: MemTotal > 0, MemFree <= MemAvailable <= MemTotal, SwapFree <= SwapTotal,
 * and no printed number reaches 2^53, so that programs that calculate in floating point are exact.
 */
#pragma once

#include "facts/meminfo.h"
#include "facts/memory.h"
#include "facts/swaps.h"

/* What neither the host's meminfo nor the cgroup says. */
typedef struct {
	uint64_t page_bytes;
	uint64_t overcommit_percent; /* vm.overcommit_ratio */
	bool swap;                   /* false: there is no swap, the setting swap = off */
} LxMemoryTerms;

/* vm.overcommit_ratio of a kernel that does not say (mm/util.c). */
#define LX_MEMORY_OVERCOMMIT_PERCENT 50

/* Every field of proc/meminfo. */
void lx_memory_compute(const LxMeminfo *host, const LxMemoryFacts *facts,
	const LxMemoryTerms *terms, LxMeminfoNumbers *out);

/* Swap space: the same in proc/meminfo and proc/swaps. */
LxSwapNumbers lx_memory_swap(
	const LxMeminfo *host, const LxMemoryFacts *facts, const LxMemoryTerms *terms);

/* The fields that say what memory is used for; all others are 0. Shared by the whole and a node. */
void lx_memory_uses(const LxMemoryStats *stats, LxMeminfoNumbers *out);

/* No number is larger: 2^53 - 1, and of bytes as many kB. */
void lx_memory_bound(LxMeminfoNumbers *numbers);
