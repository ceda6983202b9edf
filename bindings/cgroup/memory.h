/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The memory of a container's cgroup, v1 or v2 -> facts. Kernel documents:
 * admin-guide/cgroup-v2.rst
 * ("Memory"), cgroup-v1/memory.rst. Errors name the file and the cgroup: EINVAL for what is no
 * number, ENOENT when the cgroup has gone. Any thread.
 */
#pragma once

#include "cgroup/cgroup.h"
#include "facts/memory.h"

/* What the caller has no use for is not read: each file is a system call. */
typedef struct {
	bool stats;                    /* what the memory is used for, what can be reclaimed */
	bool swap;                     /* limits and use of swap; else swap is unaccounted */
	const LxHugetlbPools *hugetlb; /* the host's; NULL or empty: no huge pages. Borrowed */
} LxMemoryWanted;

/*
 * C and its ancestors: of every one the limit, of C and those that are limited the usage and what
 * can be reclaimed. A container without a memory cgroup gives no levels. Clear *out with
 * lx_memory_facts_clear.
 */
LX_MUST_CHECK bool lx_cgroup_read_memory(
	LxCgroup *cgroup, const LxMemoryWanted *wanted, LxMemoryFacts *out, GError **error);

/* What C's memory is used for, alone: one system call. All absent without a memory cgroup. */
LX_MUST_CHECK bool lx_cgroup_read_memory_stats(
	LxCgroup *cgroup, LxMemoryStats *out, GError **error);

/*
 * The same on one NUMA node, in bytes. v1 knows little: the total, anon, file and unevictable, in
 * pages of `page_bytes`. All absent where the kernel has no such figures.
 */
LX_MUST_CHECK bool lx_cgroup_read_memory_node(
	LxCgroup *cgroup, unsigned node, uint64_t page_bytes, LxMemoryStats *out, GError **error);
