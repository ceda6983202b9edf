/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory.stat and memory.numa_stat of v1 and v2, through the model. */
#include "cgroup/memory_dialect.h"
#include "model/memory.h"
#include "model/vmstat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compute(const LxMemoryStats *stats)
{
	static const LxVmstatTerms terms = {.page_bytes = 4096, .thp_bytes = 1 << 21};
	LxVmstatNumbers vmstat;
	LxMeminfoNumbers meminfo;

	lx_memory_uses(stats, &meminfo);
	lx_vmstat_compute(stats, &terms, &vmstat);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const LxMemoryDialect *const dialects[] = {&lx_memory_v1, &lx_memory_v2};
	LxSlice text = {(const char *)data, size};
	LxMemoryStats stats;

	for (size_t i = 0; i < G_N_ELEMENTS(dialects); i++) {
		if (lx_memory_stat_parse(dialects[i]->stat, text, &stats, NULL))
			compute(&stats);
		if (lx_memory_node_stat_parse(dialects[i]->node_stat, text, 1, &stats, NULL))
			compute(&stats);
	}
	return 0;
}
