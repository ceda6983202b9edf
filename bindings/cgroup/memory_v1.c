/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cgroup v1 calls things (Documentation/admin-guide/cgroup-v1/memory.rst). */
#include "cgroup/memory_dialect.h"

/*
 * The keys with total_ count what lies below the cgroup too, as usage_in_bytes does. total_pgpgin
 * and total_pgpgout are left out: on v1 they count charges, not pages from and to disks.
 */
static const LxMemoryKeys stat_keys = {
	.file = "memory.stat",
	.prefix = "total_",
	.keys =
		{
			[LX_MEMORY_FILE] = "cache",
			[LX_MEMORY_ANON] = "rss",
			[LX_MEMORY_ANON_THP] = "rss_huge",
			[LX_MEMORY_SHMEM] = "shmem",
			[LX_MEMORY_FILE_MAPPED] = "mapped_file",
			[LX_MEMORY_FILE_DIRTY] = "dirty",
			[LX_MEMORY_FILE_WRITEBACK] = "writeback",
			[LX_MEMORY_WORKINGSET_REFAULT] = "workingset_refault",
			[LX_MEMORY_WORKINGSET_REFAULT_ANON] = "workingset_refault_anon",
			[LX_MEMORY_WORKINGSET_REFAULT_FILE] = "workingset_refault_file",
			[LX_MEMORY_PGFAULT] = "pgfault",
			[LX_MEMORY_PGMAJFAULT] = "pgmajfault",
			[LX_MEMORY_INACTIVE_ANON] = "inactive_anon",
			[LX_MEMORY_ACTIVE_ANON] = "active_anon",
			[LX_MEMORY_INACTIVE_FILE] = "inactive_file",
			[LX_MEMORY_ACTIVE_FILE] = "active_file",
			[LX_MEMORY_UNEVICTABLE] = "unevictable",
		},
};

static const LxMemoryKeys node_stat_keys = {
	.file = "memory.numa_stat",
	.prefix = "hierarchical_",
	.keys =
		{
			[LX_MEMORY_TOTAL] = "total",
			[LX_MEMORY_FILE] = "file",
			[LX_MEMORY_ANON] = "anon",
			[LX_MEMORY_UNEVICTABLE] = "unevictable",
		},
};

const LxMemoryDialect lx_memory_v1 = {
	.limit = LX_CGROUP_MEMORY_LIMIT,
	.usage = LX_CGROUP_MEMORY_USAGE,
	/* "No limit" is 2^63 - 1 rounded down to a page, and no page is larger than 256 KiB. */
	.no_limit_bytes = (UINT64_C(1) << 63) - 256 * 1024,
	.swap = LX_SWAP_COMBINED,
	.swap_limit = LX_CGROUP_MEMSW_LIMIT,
	.swap_usage = LX_CGROUP_MEMSW_USAGE,
	.has_kernel_files = true,
	.stat = &stat_keys,
	.node_stat = &node_stat_keys,
	.node_stat_in_pages = true,
};
