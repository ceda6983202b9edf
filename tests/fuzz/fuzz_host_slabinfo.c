/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The header of the host's slabinfo, to the text. */
#include "host/slabinfo.h"
#include "render/slabinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GString) text = g_string_new(NULL);
	LxSlice start = {(const char *)data, size}, header;

	if (lx_slabinfo_parse_header(start, "slabinfo", &header, NULL))
		lx_slabinfo_render(header, text);
	return 0;
}
