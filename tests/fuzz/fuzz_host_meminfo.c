/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's meminfo, whole and of a node, through the model to the text. */
#include "host/meminfo.h"
#include "model/memory.h"
#include "model/node_memory.h"
#include "render/meminfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void show(const LxMeminfo *host)
{
	LxMemoryLevel level = {.limit_bytes = 1 << 28, .have_usage = true, .usage_bytes = 1 << 20};
	LxMemoryFacts facts = {.n_levels = 1, .levels = &level, .swap = LX_SWAP_SEPARATE};
	LxMemoryTerms terms = {.page_bytes = 4096, .overcommit_percent = 50, .swap = true};
	g_autoptr(GString) text = g_string_new(NULL);
	LxMeminfoNumbers whole, numbers;
	LxNodeMemory node = {host, 1 << 30, &whole, &facts.stats, 4096};

	lx_memory_compute(host, &facts, &terms, &whole);
	lx_meminfo_render(host, &whole, text);
	lx_node_memory_compute(&node, &numbers);
	lx_meminfo_render_node(host, &numbers, 1, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LxSlice text = {(const char *)data, size};
	LxMeminfo host;

	if (lx_meminfo_parse(text, "meminfo", &host, NULL))
		show(&host);
	if (lx_meminfo_parse_node(text, "meminfo", &host, NULL))
		show(&host);
	return 0;
}
