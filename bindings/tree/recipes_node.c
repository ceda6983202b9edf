/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sys/devices/system/node/nodeN/meminfo and vmstat. */
#include "host/meminfo.h"
#include "host/vmstat.h"
#include "model/node_memory.h"
#include "render/meminfo.h"
#include "render/vmstat.h"
#include "tree/memory.h"
#include "tree/visible.h"

/* The names in *out point into *text. */
static bool read_node(
	const LxReading *reading, unsigned node, LxText *text, LxMeminfo *out, GError **error)
{
	g_autofree char *path = lx_host_node_path(node, "meminfo");

	return lx_sysroot_read(reading->context->root, path, text, error) &&
	       lx_meminfo_parse_node(lx_text_slice(text), path, out, error);
}

/* What all nodes that the container may use have together. */
static bool read_visible_bytes(const LxReading *reading, uint64_t *out, GError **error)
{
	LxCpuset online, allowed;
	uint64_t bytes = 0;

	if (!lx_visible_nodes(reading, &online, &allowed, error))
		return false;
	lx_cpuset_foreach(&allowed, node)
	{
		g_auto(LxText) text = {0};
		LxMeminfo facts;

		if (!read_node(reading, node, &text, &facts, error))
			return false;
		bytes = lx_number_add(bytes, facts.values[LX_MEMINFO_MEM_TOTAL]);
	}
	*out = bytes;
	return true;
}

static bool read_stats(const LxReading *reading, unsigned node, LxMemoryStats *out, GError **error)
{
	return lx_cgroup_read_memory_node(
		reading->container->cgroup, node, lx_memory_page_bytes(), out, error);
}

/* The container's memory on all its nodes together. */
static bool read_whole(const LxReading *reading, LxMeminfoNumbers *out, GError **error)
{
	g_auto(LxMemory) memory = {0};

	if (!lx_memory_read(reading, true, &memory, error))
		return false;
	lx_memory_compute(&memory.host->facts, &memory.facts, &memory.terms, out);
	return true;
}

bool lx_recipe_node_meminfo(const LxReading *reading, unsigned node, GString *text, GError **error)
{
	LxMeminfoNumbers whole, numbers;
	LxMemoryStats stats;
	LxMeminfo host;
	LxNodeMemory facts = {&host, 0, &whole, &stats, lx_memory_page_bytes()};
	g_auto(LxText) host_text = {0};

	if (!read_node(reading, node, &host_text, &host, error) ||
		!read_visible_bytes(reading, &facts.visible_bytes, error) ||
		!read_whole(reading, &whole, error) || !read_stats(reading, node, &stats, error))
		return false;
	lx_node_memory_compute(&facts, &numbers);
	lx_meminfo_render_node(&host, &numbers, node, text);
	return true;
}

bool lx_recipe_node_vmstat(const LxReading *reading, unsigned node, GString *text, GError **error)
{
	g_autofree char *path = lx_host_node_path(node, "vmstat");
	g_auto(LxText) host_text = {0};
	LxVmstatNumbers numbers;
	LxVmstatTerms terms;
	LxMemoryStats stats;
	LxVmstat vmstat;

	if (!lx_sysroot_read(reading->context->root, path, &host_text, error) ||
		!read_stats(reading, node, &stats, error) ||
		!lx_memory_read_page_sizes(reading->context->host, &terms, error))
		return false;
	lx_vmstat_parse(lx_text_slice(&host_text), &vmstat);
	lx_vmstat_compute(&stats, &terms, &numbers);
	lx_vmstat_render(&vmstat, &numbers, text);
	return true;
}
