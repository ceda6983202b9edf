/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What /proc/vmstat (and nodeN/vmstat) says: its lines in this kernel's order (mm/vmstat.c). The
 * host's values are nobody else's business: only the names are facts.
 */
#pragma once

#include "base/scan.h"

/* X(symbol, name), sorted by name: kernels print some 200 lines, found by bisection. */
#define LX_VMSTAT_ITEMS(X) \
	X(NR_ACTIVE_ANON, "nr_active_anon") \
	X(NR_ACTIVE_FILE, "nr_active_file") \
	X(NR_ANON_PAGES, "nr_anon_pages") \
	X(NR_ANON_TRANSPARENT_HUGEPAGES, "nr_anon_transparent_hugepages") \
	X(NR_DIRTY, "nr_dirty") \
	X(NR_FILE_HUGEPAGES, "nr_file_hugepages") \
	X(NR_FILE_PAGES, "nr_file_pages") \
	X(NR_HUGETLB, "nr_hugetlb") \
	X(NR_INACTIVE_ANON, "nr_inactive_anon") \
	X(NR_INACTIVE_FILE, "nr_inactive_file") \
	X(NR_KERNEL_STACK, "nr_kernel_stack") \
	X(NR_MAPPED, "nr_mapped") \
	X(NR_PAGE_TABLE_PAGES, "nr_page_table_pages") \
	X(NR_SEC_PAGE_TABLE_PAGES, "nr_sec_page_table_pages") \
	X(NR_SHMEM, "nr_shmem") \
	X(NR_SHMEM_HUGEPAGES, "nr_shmem_hugepages") \
	X(NR_SLAB_RECLAIMABLE, "nr_slab_reclaimable") \
	X(NR_SLAB_UNRECLAIMABLE, "nr_slab_unreclaimable") \
	X(NR_SWAPCACHED, "nr_swapcached") \
	X(NR_UNEVICTABLE, "nr_unevictable") \
	X(NR_WRITEBACK, "nr_writeback") \
	X(NR_ZONE_ACTIVE_ANON, "nr_zone_active_anon") \
	X(NR_ZONE_ACTIVE_FILE, "nr_zone_active_file") \
	X(NR_ZONE_INACTIVE_ANON, "nr_zone_inactive_anon") \
	X(NR_ZONE_INACTIVE_FILE, "nr_zone_inactive_file") \
	X(NR_ZONE_UNEVICTABLE, "nr_zone_unevictable") \
	X(NR_ZONE_WRITE_PENDING, "nr_zone_write_pending") \
	X(NUMA_HINT_FAULTS, "numa_hint_faults") \
	X(NUMA_PAGES_MIGRATED, "numa_pages_migrated") \
	X(NUMA_PTE_UPDATES, "numa_pte_updates") \
	X(PGACTIVATE, "pgactivate") \
	X(PGDEACTIVATE, "pgdeactivate") \
	X(PGDEMOTE_DIRECT, "pgdemote_direct") \
	X(PGDEMOTE_KHUGEPAGED, "pgdemote_khugepaged") \
	X(PGDEMOTE_KSWAPD, "pgdemote_kswapd") \
	X(PGDEMOTE_PROACTIVE, "pgdemote_proactive") \
	X(PGFAULT, "pgfault") \
	X(PGLAZYFREE, "pglazyfree") \
	X(PGLAZYFREED, "pglazyfreed") \
	X(PGMAJFAULT, "pgmajfault") \
	X(PGPGIN, "pgpgin") \
	X(PGPGOUT, "pgpgout") \
	X(PGPROMOTE_SUCCESS, "pgpromote_success") \
	X(PGREFILL, "pgrefill") \
	X(PGSCAN_DIRECT, "pgscan_direct") \
	X(PGSCAN_KHUGEPAGED, "pgscan_khugepaged") \
	X(PGSCAN_KSWAPD, "pgscan_kswapd") \
	X(PGSCAN_PROACTIVE, "pgscan_proactive") \
	X(PGSTEAL_DIRECT, "pgsteal_direct") \
	X(PGSTEAL_KHUGEPAGED, "pgsteal_khugepaged") \
	X(PGSTEAL_KSWAPD, "pgsteal_kswapd") \
	X(PGSTEAL_PROACTIVE, "pgsteal_proactive") \
	X(PSWPIN, "pswpin") \
	X(PSWPOUT, "pswpout") \
	X(SWPIN_ZERO, "swpin_zero") \
	X(SWPOUT_ZERO, "swpout_zero") \
	X(THP_COLLAPSE_ALLOC, "thp_collapse_alloc") \
	X(THP_FAULT_ALLOC, "thp_fault_alloc") \
	X(THP_SWPOUT, "thp_swpout") \
	X(THP_SWPOUT_FALLBACK, "thp_swpout_fallback") \
	X(WORKINGSET_ACTIVATE, "workingset_activate") \
	X(WORKINGSET_ACTIVATE_ANON, "workingset_activate_anon") \
	X(WORKINGSET_ACTIVATE_FILE, "workingset_activate_file") \
	X(WORKINGSET_NODERECLAIM, "workingset_nodereclaim") \
	X(WORKINGSET_REFAULT, "workingset_refault") \
	X(WORKINGSET_REFAULT_ANON, "workingset_refault_anon") \
	X(WORKINGSET_REFAULT_FILE, "workingset_refault_file") \
	X(WORKINGSET_RESTORE, "workingset_restore") \
	X(WORKINGSET_RESTORE_ANON, "workingset_restore_anon") \
	X(WORKINGSET_RESTORE_FILE, "workingset_restore_file") \
	X(ZSWPIN, "zswpin") \
	X(ZSWPOUT, "zswpout") \
	X(ZSWPWB, "zswpwb")

typedef enum {
#define LX_VMSTAT_ITEM(symbol, name) LX_VMSTAT_##symbol,
	LX_VMSTAT_ITEMS(LX_VMSTAT_ITEM)
#undef LX_VMSTAT_ITEM
		LX_N_VMSTAT_ITEMS
} LxVmstatItem;

#define LX_VMSTAT_UNKNOWN (-1)

typedef struct {
	LxSlice name; /* borrowed from the text that was parsed */
	int item;     /* LxVmstatItem or LX_VMSTAT_UNKNOWN */
} LxVmstatLine;

#define LX_VMSTAT_LINES_MAX 512

typedef struct {
	unsigned n_lines;
	LxVmstatLine lines[LX_VMSTAT_LINES_MAX];
} LxVmstat;

/* The numbers of a view, in the kernel's units: pages, huge pages, KiB, events. */
typedef struct {
	uint64_t values[LX_N_VMSTAT_ITEMS];
} LxVmstatNumbers;
