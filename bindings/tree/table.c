/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of files: a new virtual file is one row here, one recipe, one model, one renderer. */
#include "tree/table.h"

#define FOLDER(row_id, row_parent, row_name, row_path) \
	{ \
		.id = row_id, .parent = row_parent, .name = row_name, .path = row_path, \
		.type = LX_NODE_FOLDER, .permissions = 0555 \
	}
#define PROC_FILE(row_id, row_name, row_recipe) \
	{ \
		.id = row_id, .parent = LX_ROW_PROC, .name = row_name, .path = "proc/" row_name, \
		.type = LX_NODE_FILE, .permissions = 0444, .recipe = row_recipe \
	}
#define PRESSURE_FILE(row_id, row_name, row_recipe) \
	{ \
		.id = row_id, .parent = LX_ROW_PRESSURE, .name = row_name, \
		.path = "proc/pressure/" row_name, .type = LX_NODE_FILE, .permissions = 0666, \
		.recipe = row_recipe, .trigger = true, .optional = true \
	}

static const LxRow rows[] = {
	FOLDER(LX_ROW_ROOT, 0, "", ""),
	{.id = LX_ROW_CONTAINERS,
		.parent = LX_ROW_ROOT,
		.name = "containers",
		.path = "containers",
		.type = LX_NODE_FOLDER,
		.permissions = 0500},
	{.id = LX_ROW_LOADS, /* looked up, read and left out of the list in tree/containers.c */
		.parent = LX_ROW_CONTAINERS,
		.name = ".loadavg",
		.path = "containers/.loadavg",
		.type = LX_NODE_FILE,
		.permissions = 0400},
	FOLDER(LX_ROW_CGROUP, LX_ROW_ROOT, "cgroup", "cgroup"),
	FOLDER(LX_ROW_PROC, LX_ROW_ROOT, "proc", "proc"),
	FOLDER(LX_ROW_SYS, LX_ROW_ROOT, "sys", "sys"),
	FOLDER(LX_ROW_DEVICES, LX_ROW_SYS, "devices", "sys/devices"),
	FOLDER(LX_ROW_SYSTEM, LX_ROW_DEVICES, "system", "sys/devices/system"),
	FOLDER(LX_ROW_CPU, LX_ROW_SYSTEM, "cpu", "sys/devices/system/cpu"),
	{.id = LX_ROW_NODE,
		.parent = LX_ROW_SYSTEM,
		.name = "node",
		.path = "sys/devices/system/node",
		.type = LX_NODE_FOLDER,
		.permissions = 0555,
		.optional = true},
	PROC_FILE(LX_ROW_CPUINFO, "cpuinfo", lx_recipe_cpuinfo),
	PROC_FILE(LX_ROW_DISKSTATS, "diskstats", lx_recipe_diskstats),
	PROC_FILE(LX_ROW_LOADAVG, "loadavg", lx_recipe_loadavg),
	PROC_FILE(LX_ROW_MEMINFO, "meminfo", lx_recipe_meminfo),
	{.id = LX_ROW_PRESSURE,
		.parent = LX_ROW_PROC,
		.name = "pressure",
		.path = "proc/pressure",
		.type = LX_NODE_FOLDER,
		.permissions = 0555,
		.optional = true},
	{.id = LX_ROW_SLABINFO,
		.parent = LX_ROW_PROC,
		.name = "slabinfo",
		.path = "proc/slabinfo",
		.type = LX_NODE_FILE,
		.permissions = 0400,
		.recipe = lx_recipe_slabinfo,
		.optional = true},
	PROC_FILE(LX_ROW_STAT, "stat", lx_recipe_stat),
	PROC_FILE(LX_ROW_SWAPS, "swaps", lx_recipe_swaps),
	PROC_FILE(LX_ROW_UPTIME, "uptime", lx_recipe_uptime),
	PROC_FILE(LX_ROW_VMSTAT, "vmstat", lx_recipe_vmstat),
	PRESSURE_FILE(LX_ROW_PRESSURE_CPU, "cpu", lx_recipe_pressure_cpu),
	PRESSURE_FILE(LX_ROW_PRESSURE_IO, "io", lx_recipe_pressure_io),
	PRESSURE_FILE(LX_ROW_PRESSURE_IRQ, "irq", lx_recipe_pressure_irq),
	PRESSURE_FILE(LX_ROW_PRESSURE_MEMORY, "memory", lx_recipe_pressure_memory),
};

const LxRow *lx_table_row(unsigned id)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (rows[i].id == id)
			return &rows[i];
	return NULL;
}

const LxRow *lx_table_child(unsigned parent, const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		if (rows[i].parent == parent && strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

const LxRow *lx_table_rows(size_t *n_rows)
{
	*n_rows = G_N_ELEMENTS(rows);
	return rows;
}
