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

/*
 * Of the host's meminfo only what stays for long is used: its lines, the memory and swap that there
 * are, its huge pages.
 */
#define HOST_FRESH_NSEC UINT64_C(1000000000)

static bool read_host(LxContext *context, LxMemory *out, GError **error)
{
	uint64_t now = lx_clock_boottime_nsec(&context->clock);
	LxSlice text;

	out->text =
		lx_host_read_recent(context->host, LX_HOST_MEMINFO, now, HOST_FRESH_NSEC, error);
	if (!out->text)
		return false;
	text.at = g_bytes_get_data(out->text, &text.length);
	return lx_meminfo_parse(text, lx_host_path(LX_HOST_MEMINFO), &out->host, error);
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

	if (!read_host(context, out, error))
		return false;
	if (uses && (!read_terms(context, &out->terms, error) ||
			    !lx_hugetlb_read_pools(context->host, &out->host, &pools, error)))
		return false;
	out->terms.swap = context->settings.swap;
	wanted.swap = out->terms.swap && out->host.values[LX_MEMINFO_SWAP_TOTAL] > 0;
	return lx_cgroup_read_memory(reading->container->cgroup, &wanted, &out->facts, error);
}

void lx_memory_clear(LxMemory *memory)
{
	g_clear_pointer(&memory->text, g_bytes_unref);
	lx_memory_facts_clear(&memory->facts);
}

bool lx_memory_read_page_sizes(LxHost *host, LxVmstatTerms *out, GError **error)
{
	LxVmstatTerms terms = {.page_bytes = lx_memory_page_bytes()};
	bool present;

	if (!lx_host_number(host, LX_HOST_THP_SIZE, &terms.thp_bytes, &present, error))
		return false;
	*out = terms;
	return true;
}
