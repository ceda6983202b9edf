/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's vmstat, through the model to the text. */
#include "host/vmstat.h"
#include "model/vmstat.h"
#include "render/vmstat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const LxVmstatTerms terms = {.page_bytes = 4096};
	g_autoptr(GString) text = g_string_new(NULL);
	LxMemoryStats stats = {0};
	LxVmstatNumbers numbers;
	LxVmstat host;

	lx_vmstat_parse((LxSlice){(const char *)data, size}, &host);
	lx_vmstat_compute(&stats, &terms, &numbers);
	lx_vmstat_render(&host, &numbers, text);
	return 0;
}
