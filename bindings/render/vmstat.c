/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of proc/vmstat and nodeN/vmstat. */
#include "render/vmstat.h"

#include "render/number.h"

void lx_vmstat_render(const LxVmstat *host, const LxVmstatNumbers *numbers, GString *to)
{
	for (unsigned i = 0; i < host->n_lines; i++) {
		const LxVmstatLine *line = &host->lines[i];

		g_string_append_len(to, line->name.at, (gssize)line->name.length);
		g_string_append_c(to, ' ');
		lx_number_append(
			to, line->item == LX_VMSTAT_UNKNOWN ? 0 : numbers->values[line->item], 0);
		g_string_append_c(to, '\n');
	}
}
