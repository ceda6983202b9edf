/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's swaps, to the text. */
#include "host/swaps.h"
#include "render/swaps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const LxSwapNumbers swap = {.total_bytes = 4096, .free_bytes = 1024};
	g_autoptr(GString) text = g_string_new(NULL);
	LxSwaps host;

	if (lx_swaps_parse((LxSlice){(const char *)data, size}, "swaps", &host, NULL))
		lx_swaps_render(&host, &swap, text);
	return 0;
}
