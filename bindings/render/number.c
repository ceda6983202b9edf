/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers in kernel text. */
#include "render/number.h"

void lx_number_append_blanks(GString *to, unsigned n)
{
	static const char blanks[] = "                                ";

	for (; n >= sizeof blanks; n -= sizeof blanks - 1)
		g_string_append_len(to, blanks, sizeof blanks - 1);
	g_string_append_len(to, blanks, n);
}

void lx_number_append(GString *to, uint64_t number, unsigned width)
{
	char digits[20];
	unsigned at = sizeof digits, length;

	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	length = sizeof digits - at;
	if (width > length)
		lx_number_append_blanks(to, width - length);
	g_string_append_len(to, digits + at, length);
}
