/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/cpuinfo through all its rooms, cut to some CPUs under real numbers and renumbered. */
#include "host/cpuinfo.h"
#include "model/cpuinfo.h"
#include "render/cpuinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print(const LxCpuinfo *cpuinfo, const LxCpuset *visible, bool renumber, GString *text)
{
	g_auto(LxCpuinfoChoice) choice = {0};

	g_string_truncate(text, 0);
	lx_cpuinfo_choose(cpuinfo, visible, renumber, &choice);
	lx_cpuinfo_append(cpuinfo, &choice, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_auto(LxCpuinfo) cpuinfo = {0};
	LxCpuset some = {{0x5}};

	if (!lx_cpuinfo_parse((LxSlice){(const char *)data, size}, "cpuinfo", &cpuinfo, NULL))
		return 0;
	print(&cpuinfo, &some, false, text);
	print(&cpuinfo, &some, true, text);
	return 0;
}
