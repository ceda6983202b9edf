/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the views of memory have in common. */
#include "tree/memory.h"

#include "host/hugetlb.h"
#include "host/meminfo.h"
#include "host/number.h"

#include <unistd.h>

uint64_t lx_memory_page_bytes(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool read_terms(const LxContext *context, LxMemoryTerms *out, GError **error)
{
	LxMemoryTerms terms = {
		.page_bytes = lx_memory_page_bytes(),
		.overcommit_percent = LX_MEMORY_OVERCOMMIT_PERCENT,
		.swap = context->settings.swap,
	};
	bool present;

	if (!lx_host_number(context->host, LX_HOST_OVERCOMMIT_RATIO, &terms.overcommit_percent,
		    &present, error))
		return false;
	*out = terms;
	return true;
}

/* Where the host has no swap and no huge pages, nobody has any, and nothing needs be read. */
bool lx_memory_read(const LxReading *reading, bool uses, LxMemory *out, GError **error)
{
	LxContext *context = reading->context;
	LxHugetlbPools pools = {.n = 0};
	LxMemoryWanted wanted = {.stats = uses, .hugetlb = &pools};

	out->host =
		lx_meminfo_recent(context->host, lx_clock_boottime_nsec(&context->clock), error);
	if (!out->host)
		return false;
	if (uses &&
		(!read_terms(context, &out->terms, error) ||
			!lx_hugetlb_read_pools(context->host, &out->host->facts, &pools, error)))
		return false;
	out->terms.swap = context->settings.swap;
	wanted.swap = out->terms.swap && out->host->facts.values[LX_MEMINFO_SWAP_TOTAL] > 0;
	return lx_cgroup_read_memory(reading->container->cgroup, &wanted, &out->facts, error);
}

void lx_memory_clear(LxMemory *memory)
{
	g_clear_pointer(&memory->host, lx_meminfo_unref);
	lx_memory_facts_clear(&memory->facts);
}

bool lx_memory_read_page_sizes(LxHost *host, LxVmstatTerms *out, GError **error)
{
	LxVmstatTerms terms = {.page_bytes = lx_memory_page_bytes()};
	bool present;

	if (!lx_host_constant(host, LX_HOST_THP_SIZE, &terms.thp_bytes, &present, error))
		return false;
	*out = terms;
	return true;
}
