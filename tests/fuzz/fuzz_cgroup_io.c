/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The IO parsers of both hierarchies, each on the whole input. */
#include "cgroup/io.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GArray) devices = g_array_new(FALSE, FALSE, sizeof(LxIoDevice));
	LxSlice text = {(const char *)data, size};
	g_autoptr(GError) v2 = NULL, v1 = NULL;

	if (lx_io_parse_v2(text, "io.stat", devices, &v2) != !v2)
		abort();
	if (lx_io_parse_v1(text, "blkio", LX_IO_BYTES, devices, &v1) != !v1)
		abort();
	return 0;
}
