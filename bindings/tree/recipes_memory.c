/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* proc/meminfo, proc/swaps, proc/vmstat and proc/slabinfo. */
#include "cgroup/io.h"
#include "host/slabinfo.h"
#include "host/swaps.h"
#include "host/vmstat.h"
#include "render/meminfo.h"
#include "render/slabinfo.h"
#include "render/swaps.h"
#include "render/vmstat.h"
#include "tree/memory.h"

bool lx_recipe_meminfo(const LxReading *reading, GString *text, GError **error)
{
	g_auto(LxMemory) memory = {0};
	LxMeminfoNumbers numbers;

	if (!lx_memory_read(reading, true, &memory, error))
		return false;
	lx_memory_compute(&memory.host->facts, &memory.facts, &memory.terms, &numbers);
	lx_meminfo_render(&memory.host->facts, &numbers, text);
	return true;
}

bool lx_recipe_swaps(const LxReading *reading, GString *text, GError **error)
{
	const char *path = lx_host_path(LX_HOST_SWAPS);
	const LxText *host = lx_host_read_once(reading->context->host, LX_HOST_SWAPS, error);
	g_auto(LxMemory) memory = {0};
	LxSwapNumbers swap;
	LxSwaps swaps;

	if (!host || !lx_swaps_parse(lx_text_slice(host), path, &swaps, error) ||
		!lx_memory_read(reading, false, &memory, error))
		return false;
	swap = lx_memory_swap(&memory.host->facts, &memory.facts, &memory.terms);
	lx_swaps_render(&swaps, &swap, text);
	return true;
}

/* What went from and to all devices: the kernel's pgpgin and pgpgout. */
static bool read_io(const LxReading *reading, LxVmstatTerms *terms, GError **error)
{
	g_auto(LxIoFacts) io = {0};

	if (!lx_cgroup_read_io(reading->container->cgroup, &io, error))
		return false;
	terms->have_io = io.have;
	terms->read_bytes = lx_io_total_bytes(&io, LX_IO_READ);
	terms->written_bytes = lx_io_total_bytes(&io, LX_IO_WRITE);
	return true;
}

bool lx_recipe_vmstat(const LxReading *reading, GString *text, GError **error)
{
	LxHost *host = reading->context->host;
	g_autoptr(LxVmstat) lines = lx_vmstat_lines(host, error);
	LxVmstatNumbers numbers;
	LxVmstatTerms terms;
	LxMemoryStats stats;

	if (!lines || !lx_cgroup_read_memory_stats(reading->container->cgroup, &stats, error) ||
		!lx_memory_read_page_sizes(host, &terms, error) || !read_io(reading, &terms, error))
		return false;
	lx_vmstat_compute(&stats, &terms, &numbers);
	lx_vmstat_render(lines, &numbers, text);
	return true;
}

bool lx_recipe_slabinfo(const LxReading *reading, GString *text, GError **error)
{
	const char *path = lx_host_path(LX_HOST_SLABINFO);
	g_auto(LxText) start = {0};
	LxSlice header;

	if (!lx_slabinfo_read_start(reading->context->host, &start, error) ||
		!lx_slabinfo_parse_header(lx_text_slice(&start), path, &header, error))
		return false;
	lx_slabinfo_render(header, text);
	return true;
}
