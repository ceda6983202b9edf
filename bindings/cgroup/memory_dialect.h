/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What v1 and v2 call the same things. The reader (memory.c) is one for both; memory_v1.c and
 * memory_v2.c are the two tables. Private to cgroup/ and its tests.
 */
#pragma once

#include "cgroup/level.h"
#include "facts/memory.h"

/* The keys of one file. A NULL key is a number that this file does not have. */
typedef struct {
	const char *file;                    /* for messages */
	const char *prefix;                  /* of the lines that count; "": all */
	const char *keys[LX_N_MEMORY_STATS]; /* behind the prefix */
} LxMemoryKeys;

typedef struct {
	LxCgroupFile limit, usage;
	uint64_t no_limit_bytes; /* a limit from here on is none */
	LxSwapAccounting swap;
	LxCgroupFile swap_limit, swap_usage;
	bool has_kernel_files; /* memory.kmem.usage_in_bytes, memory.swappiness */
	const LxMemoryKeys *stat;
	const LxMemoryKeys *node_stat;
	bool node_stat_in_pages;
} LxMemoryDialect;

extern const LxMemoryDialect lx_memory_v1, lx_memory_v2;

/*
 * memory.stat, "key number" in every line. Lines of other keys are passed over; EINVAL when a key
 * of the table has no number. Of a key that comes twice the last one counts.
 */
LX_MUST_CHECK bool lx_memory_stat_parse(
	const LxMemoryKeys *keys, LxSlice text, LxMemoryStats *out, GError **error);

/*
 * memory.numa_stat, "key N0=number N1=number" (v1: "key=number N0=number"), as printed. A line
 * without this node is passed over.
 */
LX_MUST_CHECK bool lx_memory_node_stat_parse(
	const LxMemoryKeys *keys, LxSlice text, unsigned node, LxMemoryStats *out, GError **error);
