/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cgroup v2 calls things (Documentation/admin-guide/cgroup-v2.rst, "Memory"). */
#include "cgroup/memory_dialect.h"

/* Bytes: in memory.stat, and of each node in memory.numa_stat. */
#define BYTE_KEYS \
	[LX_MEMORY_ANON] = "anon", [LX_MEMORY_FILE] = "file", \
	[LX_MEMORY_KERNEL_STACK] = "kernel_stack", [LX_MEMORY_PAGETABLES] = "pagetables", \
	[LX_MEMORY_SEC_PAGETABLES] = "sec_pagetables", [LX_MEMORY_SHMEM] = "shmem", \
	[LX_MEMORY_FILE_MAPPED] = "file_mapped", [LX_MEMORY_FILE_DIRTY] = "file_dirty", \
	[LX_MEMORY_FILE_WRITEBACK] = "file_writeback", [LX_MEMORY_SWAPCACHED] = "swapcached", \
	[LX_MEMORY_ANON_THP] = "anon_thp", [LX_MEMORY_FILE_THP] = "file_thp", \
	[LX_MEMORY_SHMEM_THP] = "shmem_thp", [LX_MEMORY_INACTIVE_ANON] = "inactive_anon", \
	[LX_MEMORY_ACTIVE_ANON] = "active_anon", [LX_MEMORY_INACTIVE_FILE] = "inactive_file", \
	[LX_MEMORY_ACTIVE_FILE] = "active_file", [LX_MEMORY_UNEVICTABLE] = "unevictable", \
	[LX_MEMORY_SLAB_RECLAIMABLE] = "slab_reclaimable", \
	[LX_MEMORY_SLAB_UNRECLAIMABLE] = "slab_unreclaimable", [LX_MEMORY_HUGETLB] = "hugetlb"

/* Events, in memory.stat and (those of the working set) in memory.numa_stat. */
#define WORKINGSET_KEYS \
	[LX_MEMORY_WORKINGSET_REFAULT] = "workingset_refault", \
	[LX_MEMORY_WORKINGSET_ACTIVATE] = "workingset_activate", \
	[LX_MEMORY_WORKINGSET_RESTORE] = "workingset_restore", \
	[LX_MEMORY_WORKINGSET_REFAULT_ANON] = "workingset_refault_anon", \
	[LX_MEMORY_WORKINGSET_REFAULT_FILE] = "workingset_refault_file", \
	[LX_MEMORY_WORKINGSET_ACTIVATE_ANON] = "workingset_activate_anon", \
	[LX_MEMORY_WORKINGSET_ACTIVATE_FILE] = "workingset_activate_file", \
	[LX_MEMORY_WORKINGSET_RESTORE_ANON] = "workingset_restore_anon", \
	[LX_MEMORY_WORKINGSET_RESTORE_FILE] = "workingset_restore_file", \
	[LX_MEMORY_WORKINGSET_NODERECLAIM] = "workingset_nodereclaim", \
	[LX_MEMORY_PGDEMOTE_KSWAPD] = "pgdemote_kswapd", \
	[LX_MEMORY_PGDEMOTE_DIRECT] = "pgdemote_direct", \
	[LX_MEMORY_PGDEMOTE_KHUGEPAGED] = "pgdemote_khugepaged", \
	[LX_MEMORY_PGDEMOTE_PROACTIVE] = "pgdemote_proactive", \
	[LX_MEMORY_PGPROMOTE_SUCCESS] = "pgpromote_success"

static const LxMemoryKeys stat_keys = {
	.file = "memory.stat",
	.prefix = "",
	.keys =
		{
			BYTE_KEYS,
			WORKINGSET_KEYS,
			[LX_MEMORY_PERCPU] = "percpu",
			[LX_MEMORY_VMALLOC] = "vmalloc",
			[LX_MEMORY_ZSWAP] = "zswap",
			[LX_MEMORY_ZSWAPPED] = "zswapped",
			[LX_MEMORY_SLAB] = "slab",
			[LX_MEMORY_PSWPIN] = "pswpin",
			[LX_MEMORY_PSWPOUT] = "pswpout",
			[LX_MEMORY_PGSCAN_KSWAPD] = "pgscan_kswapd",
			[LX_MEMORY_PGSCAN_DIRECT] = "pgscan_direct",
			[LX_MEMORY_PGSCAN_KHUGEPAGED] = "pgscan_khugepaged",
			[LX_MEMORY_PGSCAN_PROACTIVE] = "pgscan_proactive",
			[LX_MEMORY_PGSTEAL_KSWAPD] = "pgsteal_kswapd",
			[LX_MEMORY_PGSTEAL_DIRECT] = "pgsteal_direct",
			[LX_MEMORY_PGSTEAL_KHUGEPAGED] = "pgsteal_khugepaged",
			[LX_MEMORY_PGSTEAL_PROACTIVE] = "pgsteal_proactive",
			[LX_MEMORY_PGFAULT] = "pgfault",
			[LX_MEMORY_PGMAJFAULT] = "pgmajfault",
			[LX_MEMORY_PGREFILL] = "pgrefill",
			[LX_MEMORY_PGACTIVATE] = "pgactivate",
			[LX_MEMORY_PGDEACTIVATE] = "pgdeactivate",
			[LX_MEMORY_PGLAZYFREE] = "pglazyfree",
			[LX_MEMORY_PGLAZYFREED] = "pglazyfreed",
			[LX_MEMORY_SWPIN_ZERO] = "swpin_zero",
			[LX_MEMORY_SWPOUT_ZERO] = "swpout_zero",
			[LX_MEMORY_ZSWPIN] = "zswpin",
			[LX_MEMORY_ZSWPOUT] = "zswpout",
			[LX_MEMORY_ZSWPWB] = "zswpwb",
			[LX_MEMORY_THP_FAULT_ALLOC] = "thp_fault_alloc",
			[LX_MEMORY_THP_COLLAPSE_ALLOC] = "thp_collapse_alloc",
			[LX_MEMORY_THP_SWPOUT] = "thp_swpout",
			[LX_MEMORY_THP_SWPOUT_FALLBACK] = "thp_swpout_fallback",
			[LX_MEMORY_NUMA_PAGES_MIGRATED] = "numa_pages_migrated",
			[LX_MEMORY_NUMA_PTE_UPDATES] = "numa_pte_updates",
			[LX_MEMORY_NUMA_HINT_FAULTS] = "numa_hint_faults",
		},
};

static const LxMemoryKeys node_stat_keys = {
	.file = "memory.numa_stat",
	.prefix = "",
	.keys = {BYTE_KEYS, WORKINGSET_KEYS},
};

const LxMemoryDialect lx_memory_v2 = {
	.limit = LX_CGROUP_MEMORY_MAX,
	.usage = LX_CGROUP_MEMORY_CURRENT,
	.no_limit_bytes = LX_UNLIMITED,
	.swap = LX_SWAP_SEPARATE,
	.swap_limit = LX_CGROUP_MEMORY_SWAP_MAX,
	.swap_usage = LX_CGROUP_MEMORY_SWAP_CURRENT,
	.stat = &stat_keys,
	.node_stat = &node_stat_keys,
};
