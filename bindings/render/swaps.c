/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of proc/swaps. */
#include "render/swaps.h"

#include "render/number.h"

/* mm/swapfile.c, swap_show: the name has 40 columns, "file" is followed by two tabs. */
#define NAME "none                                    "
#define TYPE "virtual\t\t"

/* Since 5.10 the kernel adds a second tab behind numbers that are short. */
static void append_number(const LxSwaps *host, uint64_t kib, GString *to)
{
	lx_number_append(to, kib, 0);
	g_string_append(to, host->wide_columns && kib < 10000000 ? "\t\t" : "\t");
}

void lx_swaps_render(const LxSwaps *host, const LxSwapNumbers *swap, GString *to)
{
	uint64_t total_kib = swap->total_bytes / 1024, free_kib = swap->free_bytes / 1024;

	g_string_append_len(to, host->header.at, (gssize)host->header.length);
	g_string_append_c(to, '\n');
	if (total_kib == 0)
		return;
	g_string_append(to, NAME TYPE);
	append_number(host, total_kib, to);
	append_number(host, total_kib - free_kib, to);
	g_string_append(to, "0\n");
}
