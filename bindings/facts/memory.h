/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container's memory, whichever version of cgroups it was read from: what it is used for, and the
 * limits of the container's cgroup and of every ancestor.
 */
#pragma once

#include "base/number.h"
#include "base/scan.h"
#include "facts/hugetlb.h"

/*
 * What memory is used for, in bytes, and behind it what has happened to it, as counts
 * (Documentation/admin-guide/cgroup-v2.rst, memory.stat). In the order in which kernels print them,
 * so that a search from hit to hit is short.
 */
#define LX_MEMORY_STATS(X) \
	X(ANON) \
	X(FILE) \
	X(KERNEL_STACK) \
	X(PAGETABLES) \
	X(SEC_PAGETABLES) \
	X(PERCPU) \
	X(VMALLOC) \
	X(SHMEM) \
	X(ZSWAP) \
	X(ZSWAPPED) \
	X(FILE_MAPPED) \
	X(FILE_DIRTY) \
	X(FILE_WRITEBACK) \
	X(SWAPCACHED) \
	X(ANON_THP) \
	X(FILE_THP) \
	X(SHMEM_THP) \
	X(INACTIVE_ANON) \
	X(ACTIVE_ANON) \
	X(INACTIVE_FILE) \
	X(ACTIVE_FILE) \
	X(UNEVICTABLE) \
	X(SLAB_RECLAIMABLE) \
	X(SLAB_UNRECLAIMABLE) \
	X(SLAB) \
	X(HUGETLB) \
	X(TOTAL) /* all of it; given only by node */ \
	X(WORKINGSET_REFAULT) \
	X(WORKINGSET_ACTIVATE) \
	X(WORKINGSET_RESTORE) \
	X(WORKINGSET_REFAULT_ANON) \
	X(WORKINGSET_REFAULT_FILE) \
	X(WORKINGSET_ACTIVATE_ANON) \
	X(WORKINGSET_ACTIVATE_FILE) \
	X(WORKINGSET_RESTORE_ANON) \
	X(WORKINGSET_RESTORE_FILE) \
	X(WORKINGSET_NODERECLAIM) \
	X(PGDEMOTE_KSWAPD) \
	X(PGDEMOTE_DIRECT) \
	X(PGDEMOTE_KHUGEPAGED) \
	X(PGDEMOTE_PROACTIVE) \
	X(PGPROMOTE_SUCCESS) \
	X(PSWPIN) \
	X(PSWPOUT) \
	X(PGSCAN_KSWAPD) \
	X(PGSCAN_DIRECT) \
	X(PGSCAN_KHUGEPAGED) \
	X(PGSCAN_PROACTIVE) \
	X(PGSTEAL_KSWAPD) \
	X(PGSTEAL_DIRECT) \
	X(PGSTEAL_KHUGEPAGED) \
	X(PGSTEAL_PROACTIVE) \
	X(PGFAULT) \
	X(PGMAJFAULT) \
	X(PGREFILL) \
	X(PGACTIVATE) \
	X(PGDEACTIVATE) \
	X(PGLAZYFREE) \
	X(PGLAZYFREED) \
	X(SWPIN_ZERO) \
	X(SWPOUT_ZERO) \
	X(ZSWPIN) \
	X(ZSWPOUT) \
	X(ZSWPWB) \
	X(THP_FAULT_ALLOC) \
	X(THP_COLLAPSE_ALLOC) \
	X(THP_SWPOUT) \
	X(THP_SWPOUT_FALLBACK) \
	X(NUMA_PAGES_MIGRATED) \
	X(NUMA_PTE_UPDATES) \
	X(NUMA_HINT_FAULTS)

typedef enum {
#define LX_MEMORY_STAT(symbol) LX_MEMORY_##symbol,
	LX_MEMORY_STATS(LX_MEMORY_STAT)
#undef LX_MEMORY_STAT
		LX_N_MEMORY_STATS
} LxMemoryStat;

typedef struct {
	bool have[LX_N_MEMORY_STATS];
	uint64_t values[LX_N_MEMORY_STATS];
} LxMemoryStats;

/* For the many places where an absent use is shown as 0. */
static inline uint64_t lx_memory_stat_or_zero(const LxMemoryStats *stats, LxMemoryStat stat)
{
	return stats->have[stat] ? stats->values[stat] : 0;
}

/* One cgroup's limits. Usage and what could be reclaimed are there for C and for limited levels. */
typedef struct {
	uint64_t limit_bytes; /* LX_UNLIMITED: none */
	bool have_usage;
	uint64_t usage_bytes;
	bool have_reclaimable;
	uint64_t reclaimable_bytes;
	uint64_t swap_limit_bytes; /* LX_UNLIMITED: none. What it limits: see LxSwapAccounting */
	bool have_swap_usage;
	uint64_t swap_usage_bytes;
} LxMemoryLevel;

typedef enum {
	LX_SWAP_UNACCOUNTED,
	LX_SWAP_SEPARATE, /* swap_limit and swap_usage are those of swap alone */
	LX_SWAP_COMBINED, /* they are those of memory and swap together */
} LxSwapAccounting;

typedef struct {
	LxMemoryStats stats; /* of C and everything below it */
	LxSwapAccounting swap;
	bool have_swappiness;
	uint64_t swappiness;
	unsigned n_levels;     /* 0: no cgroup accounts for this memory */
	LxMemoryLevel *levels; /* owned. [0] is C, then its ancestors without the root */
	LxHugetlb hugetlb;
} LxMemoryFacts;

static inline void lx_memory_facts_clear(LxMemoryFacts *facts)
{
	g_free(facts->levels);
	*facts = (LxMemoryFacts){.n_levels = 0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxMemoryFacts, lx_memory_facts_clear)
