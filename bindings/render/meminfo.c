/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of proc/meminfo and nodeN/meminfo. */
#include "render/meminfo.h"

#include "render/number.h"

/* The least widths of numbers: "%8lu kB", and "%5lu" for counts (fs/proc/meminfo.c, mm/hugetlb.c).
 */
#define KIB_WIDTH 8
#define COUNT_WIDTH 5

/*
 * The name with its colon, padded to the column at which this kernel's field for the number begins;
 * a number that is too long for its field pushes what follows to the right.
 */
static void append_line(GString *to, const LxMeminfoLine *line, uint64_t value)
{
	unsigned width = line->unit == LX_MEMINFO_COUNT ? COUNT_WIDTH : KIB_WIDTH;
	unsigned name = (unsigned)line->name.length + 1;
	unsigned column = line->end > width ? line->end - width : 0;

	column = MAX(column, name + 1);
	g_string_append_len(to, line->name.at, (gssize)line->name.length);
	g_string_append_c(to, ':');
	lx_number_append_blanks(to, column - name);
	lx_number_append(to, line->unit == LX_MEMINFO_COUNT ? value : value / 1024,
		line->end > column ? line->end - column : 0);
	if (line->unit != LX_MEMINFO_COUNT)
		g_string_append_len(to, " kB", 3);
	g_string_append_c(to, '\n');
}

static uint64_t value_of(const LxMeminfoLine *line, const LxMeminfoNumbers *numbers)
{
	return line->field == LX_MEMINFO_UNKNOWN ? 0 : numbers->values[line->field];
}

void lx_meminfo_render(const LxMeminfo *host, const LxMeminfoNumbers *numbers, GString *to)
{
	for (unsigned i = 0; i < host->n_lines; i++)
		append_line(to, &host->lines[i], value_of(&host->lines[i], numbers));
}

void lx_meminfo_render_node(
	const LxMeminfo *host, const LxMeminfoNumbers *numbers, unsigned node, GString *to)
{
	for (unsigned i = 0; i < host->n_lines; i++) {
		g_string_append(to, "Node ");
		lx_number_append(to, node, 0);
		g_string_append_c(to, ' ');
		append_line(to, &host->lines[i], value_of(&host->lines[i], numbers));
	}
}
