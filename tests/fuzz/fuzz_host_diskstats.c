/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's devices, then the whole view for a container that used some of them. */
#include "host/diskstats.h"
#include "model/diskstats.h"
#include "render/diskstats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LxIoDevice used[] = {
		{.major = 8, .counts = {{1, UINT64_MAX, 3, UINT64_MAX, 1}}}, {.major = 254}};
	const LxIoFacts io = {true, used, G_N_ELEMENTS(used)};
	g_autoptr(GString) text = g_string_new("");
	g_auto(LxDiskstats) diskstats = {0};
	g_auto(LxDisks) disks = {0};

	if (!lx_diskstats_parse(
		    (LxSlice){(const char *)data, size}, "proc/diskstats", &disks, NULL))
		return 0;
	diskstats = lx_diskstats_compute(&disks, &io);
	lx_render_diskstats(&diskstats, text);
	return 0;
}
