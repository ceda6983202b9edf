/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes as people read them. */
#include "roster/size.h"

#include <inttypes.h>

static const char units[] = "KMGTPE";

/* Tenths round to a whole number from 100 on, and to the next unit from 1000 on. */
void lx_size_append(GString *to, uint64_t bytes)
{
	double value = (double)bytes;
	int unit = -1;
	uint64_t tenths;

	for (; value >= 999.5 && unit < (int)sizeof units - 2; unit++)
		value /= 1024;
	tenths = (uint64_t)(value * 10 + 0.5);
	if (unit < 0 || tenths >= 1000)
		g_string_append_printf(to, "%" PRIu64, (uint64_t)(value + 0.5));
	else if (tenths % 10 == 0)
		g_string_append_printf(to, "%" PRIu64, tenths / 10);
	else
		g_string_append_printf(to, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
	if (unit >= 0)
		g_string_append_c(to, units[unit]);
}
