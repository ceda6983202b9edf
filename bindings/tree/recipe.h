/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A recipe makes the text of one virtual file: facts from host and cgroup, numbers from the model,
 * text from render. At most fifteen lines. The caller's container is found before; the host's own
 * text is served without any recipe. Declared here, defined in tree/recipes_<subject>.c.
 */
#pragma once

#include "tree/context.h"

typedef struct {
	LxContext *context;
	LxContainer *container; /* never the host */
	pid_t tid;              /* who reads; 0 for containers/ID */
} LxReading;

typedef bool (*LxRecipe)(const LxReading *reading, GString *text, GError **error);

/* recipes_memory.c */
bool lx_recipe_meminfo(const LxReading *reading, GString *text, GError **error);
bool lx_recipe_swaps(const LxReading *reading, GString *text, GError **error);
bool lx_recipe_vmstat(const LxReading *reading, GString *text, GError **error);
bool lx_recipe_slabinfo(const LxReading *reading, GString *text, GError **error);
/* sys/devices/system/node/nodeN/{meminfo,vmstat}: called by tree/mirror.c. */
bool lx_recipe_node_meminfo(const LxReading *reading, unsigned node, GString *text, GError **error);
bool lx_recipe_node_vmstat(const LxReading *reading, unsigned node, GString *text, GError **error);
/* recipes_cpu.c */
bool lx_recipe_cpuinfo(const LxReading *reading, GString *text, GError **error);
/* recipes_time.c */
bool lx_recipe_stat(const LxReading *reading, GString *text, GError **error);
bool lx_recipe_uptime(const LxReading *reading, GString *text, GError **error);
bool lx_recipe_loadavg(const LxReading *reading, GString *text, GError **error);
/* What proc/uptime prints. */
typedef struct {
	uint64_t uptime_nsec;
	uint64_t idle_nsec;
} LxUptime;
bool lx_uptime_read(const LxReading *reading, LxUptime *out, GError **error);
/* recipes_io.c */
bool lx_recipe_diskstats(const LxReading *reading, GString *text, GError **error);
bool lx_recipe_pressure_cpu(const LxReading *reading, GString *text, GError **error);
bool lx_recipe_pressure_io(const LxReading *reading, GString *text, GError **error);
bool lx_recipe_pressure_memory(const LxReading *reading, GString *text, GError **error);
bool lx_recipe_pressure_irq(const LxReading *reading, GString *text, GError **error);
