/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers in kernel text. */
#include "render/number.h"

void lx_number_append(GString *to, uint64_t number, unsigned width)
{
	char digits[20];
	unsigned at = sizeof digits;

	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	for (unsigned column = sizeof digits - at; column < width; column++)
		g_string_append_c(to, ' ');
	g_string_append_len(to, digits + at, sizeof digits - at);
}
