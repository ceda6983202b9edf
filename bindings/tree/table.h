/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of files: a new virtual file is one row here, one recipe, one model, one renderer. */
#pragma once

#include "tree/mirror.h"

/* Ids stand in node numbers that live on in kernels across upgrades: they are never reused. */
enum {
	LX_ROW_ROOT = 1,
	LX_ROW_PROC = 2,
	LX_ROW_SYS = 3,
	LX_ROW_PRESSURE = 4,
	LX_ROW_CONTAINERS = 5,
	LX_ROW_DEVICES = 6,
	LX_ROW_SYSTEM = 7,
	LX_ROW_CPU = 8,
	LX_ROW_NODE = 9,
	LX_ROW_CPUINFO = 10,
	LX_ROW_DISKSTATS = 11,
	LX_ROW_LOADAVG = 12,
	LX_ROW_MEMINFO = 13,
	LX_ROW_SLABINFO = 14,
	LX_ROW_STAT = 15,
	LX_ROW_SWAPS = 16,
	LX_ROW_UPTIME = 17,
	LX_ROW_VMSTAT = 18,
	LX_ROW_CGROUP = 19,
	LX_ROW_PRESSURE_CPU = 20,
	LX_ROW_PRESSURE_IO = 21,
	LX_ROW_PRESSURE_MEMORY = 22,
	LX_ROW_PRESSURE_IRQ = 23,
	LX_ROW_LOADS = 24,
};

typedef struct {
	unsigned id;
	unsigned parent;
	const char *name;
	const char *path; /* in the tree, and of the host's own file */
	LxNodeType type;
	mode_t permissions;
	LxRecipe recipe; /* files only */
	bool trigger;
	bool optional; /* absent on hosts that have no such file of their own */
} LxRow;

/* NULL for an id that no row has. */
const LxRow *lx_table_row(unsigned id);
const LxRow *lx_table_child(unsigned parent, const char *name);
/* All rows, for walking: rows of one folder stand together. */
const LxRow *lx_table_rows(size_t *n_rows);
