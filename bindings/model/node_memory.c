/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers of sys/devices/system/node/nodeN/meminfo. */
#include "model/node_memory.h"

#include "model/memory.h"

/* What memory consists of when the kernel gives no total: these do not overlap. */
static const LxMemoryStat parts[] = {LX_MEMORY_ANON, LX_MEMORY_FILE, LX_MEMORY_KERNEL_STACK,
	LX_MEMORY_PAGETABLES, LX_MEMORY_SEC_PAGETABLES, LX_MEMORY_SLAB_RECLAIMABLE,
	LX_MEMORY_SLAB_UNRECLAIMABLE};

/* False when nothing is known of this node. */
static bool used_bytes(const LxMemoryStats *stats, uint64_t *out)
{
	bool known = stats->have[LX_MEMORY_TOTAL];
	uint64_t used = lx_memory_stat_or_zero(stats, LX_MEMORY_TOTAL);

	for (size_t i = 0; !stats->have[LX_MEMORY_TOTAL] && i < G_N_ELEMENTS(parts); i++) {
		known = known || stats->have[parts[i]];
		used = lx_number_add(used, lx_memory_stat_or_zero(stats, parts[i]));
	}
	*out = used;
	return known;
}

/* This node's part of something that the container has on all its nodes. */
static uint64_t share(const LxNodeMemory *facts, LxMeminfoField field)
{
	uint64_t node = facts->node->values[LX_MEMINFO_MEM_TOTAL];

	return lx_number_scale(
		facts->whole->values[field], node, lx_number_max(facts->visible_bytes, node));
}

void lx_node_memory_compute(const LxNodeMemory *facts, LxMeminfoNumbers *out)
{
	uint64_t *values = out->values;
	uint64_t node = facts->node->values[LX_MEMINFO_MEM_TOTAL];
	uint64_t total = lx_number_min(share(facts, LX_MEMINFO_MEM_TOTAL), node);
	uint64_t free = share(facts, LX_MEMINFO_MEM_FREE), used;

	if (facts->page_bytes > 0)
		total -= total % facts->page_bytes;
	lx_memory_uses(facts->stats, out);
	if (used_bytes(facts->stats, &used))
		free = lx_number_min(
			lx_number_sub(total, used), facts->whole->values[LX_MEMINFO_MEM_FREE]);
	values[LX_MEMINFO_MEM_TOTAL] = total;
	values[LX_MEMINFO_MEM_FREE] = lx_number_min(free, total);
	values[LX_MEMINFO_MEM_USED] = total - values[LX_MEMINFO_MEM_FREE];
	lx_memory_bound(out);
}
