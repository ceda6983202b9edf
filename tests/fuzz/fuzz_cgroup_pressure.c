/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pressure file: whatever it says, no average is above 100 %. */
#include "cgroup/pressure.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LxPressureFacts facts = {.some_hundredths = 1};
	g_autoptr(GError) error = NULL;
	LxSlice text = {(const char *)data, size};

	if (lx_pressure_parse(text, "cpu.pressure", &facts, &error) != !error)
		abort();
	if (facts.some_hundredths > 10099 || facts.full_hundredths > 10099)
		abort();
	return 0;
}
