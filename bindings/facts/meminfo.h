/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What /proc/meminfo (and sys/devices/system/node/nodeN/meminfo) says: its lines in the order in
 * which this kernel prints them, and the values of the fields that lxfs knows. Documented in
 * Documentation/filesystems/proc.rst; the shape of a line is fs/proc/meminfo.c's.
 */
#pragma once

#include "base/scan.h"

/* X(symbol, name, unit), in the kernel's order. A field that is not here is shown as 0. */
#define LX_MEMINFO_FIELDS(X) \
	X(MEM_TOTAL, "MemTotal", BYTES) \
	X(MEM_FREE, "MemFree", BYTES) \
	X(MEM_AVAILABLE, "MemAvailable", BYTES) \
	X(MEM_USED, "MemUsed", BYTES) \
	X(BUFFERS, "Buffers", BYTES) \
	X(CACHED, "Cached", BYTES) \
	X(SWAP_CACHED, "SwapCached", BYTES) \
	X(ACTIVE, "Active", BYTES) \
	X(INACTIVE, "Inactive", BYTES) \
	X(ACTIVE_ANON, "Active(anon)", BYTES) \
	X(INACTIVE_ANON, "Inactive(anon)", BYTES) \
	X(ACTIVE_FILE, "Active(file)", BYTES) \
	X(INACTIVE_FILE, "Inactive(file)", BYTES) \
	X(UNEVICTABLE, "Unevictable", BYTES) \
	X(MLOCKED, "Mlocked", BYTES) \
	X(SWAP_TOTAL, "SwapTotal", BYTES) \
	X(SWAP_FREE, "SwapFree", BYTES) \
	X(ZSWAP, "Zswap", BYTES) \
	X(ZSWAPPED, "Zswapped", BYTES) \
	X(DIRTY, "Dirty", BYTES) \
	X(WRITEBACK, "Writeback", BYTES) \
	X(FILE_PAGES, "FilePages", BYTES) \
	X(ANON_PAGES, "AnonPages", BYTES) \
	X(MAPPED, "Mapped", BYTES) \
	X(SHMEM, "Shmem", BYTES) \
	X(K_RECLAIMABLE, "KReclaimable", BYTES) \
	X(SLAB, "Slab", BYTES) \
	X(S_RECLAIMABLE, "SReclaimable", BYTES) \
	X(S_UNRECLAIM, "SUnreclaim", BYTES) \
	X(KERNEL_STACK, "KernelStack", BYTES) \
	X(PAGE_TABLES, "PageTables", BYTES) \
	X(SEC_PAGE_TABLES, "SecPageTables", BYTES) \
	X(COMMIT_LIMIT, "CommitLimit", BYTES) \
	X(COMMITTED_AS, "Committed_AS", BYTES) \
	X(VMALLOC_TOTAL, "VmallocTotal", BYTES) \
	X(VMALLOC_USED, "VmallocUsed", BYTES) \
	X(VMALLOC_CHUNK, "VmallocChunk", BYTES) \
	X(PERCPU, "Percpu", BYTES) \
	X(ANON_HUGE_PAGES, "AnonHugePages", BYTES) \
	X(SHMEM_HUGE_PAGES, "ShmemHugePages", BYTES) \
	X(FILE_HUGE_PAGES, "FileHugePages", BYTES) \
	X(HUGE_PAGES_TOTAL, "HugePages_Total", COUNT) \
	X(HUGE_PAGES_FREE, "HugePages_Free", COUNT) \
	X(HUGE_PAGES_RSVD, "HugePages_Rsvd", COUNT) \
	X(HUGE_PAGES_SURP, "HugePages_Surp", COUNT) \
	X(HUGE_PAGE_SIZE, "Hugepagesize", BYTES) \
	X(HUGETLB, "Hugetlb", BYTES)

typedef enum {
#define LX_MEMINFO_FIELD(symbol, name, unit) LX_MEMINFO_##symbol,
	LX_MEMINFO_FIELDS(LX_MEMINFO_FIELD)
#undef LX_MEMINFO_FIELD
		LX_N_MEMINFO_FIELDS
} LxMeminfoField;

#define LX_MEMINFO_UNKNOWN (-1)

/* BYTES are printed in kB; COUNT is a bare number (of huge pages). */
typedef enum { LX_MEMINFO_BYTES, LX_MEMINFO_COUNT } LxMeminfoUnit;

typedef struct {
	LxSlice name; /* "MemTotal", without the colon; borrowed from the text that was parsed */
	int field;    /* LxMeminfoField or LX_MEMINFO_UNKNOWN */
	LxMeminfoUnit unit;
	unsigned end; /* the column behind a number that fits its field, the name's being 0 */
} LxMeminfoLine;

/* Kernels print about 60. */
#define LX_MEMINFO_LINES_MAX 128

typedef struct {
	bool have[LX_N_MEMINFO_FIELDS];
	uint64_t values[LX_N_MEMINFO_FIELDS];
	unsigned n_lines;
	LxMeminfoLine lines[LX_MEMINFO_LINES_MAX];
} LxMeminfo;

/* The numbers of a view: what is to be printed, in the same units. */
typedef struct {
	uint64_t values[LX_N_MEMINFO_FIELDS];
} LxMeminfoNumbers;
