/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/vmstat and sys/devices/system/node/nodeN/vmstat -> facts. */
#include "host/vmstat.h"

#define ITEM_SLICE(symbol, name) [LX_VMSTAT_##symbol] = {name, sizeof name - 1},
static const LxSlice item_names[LX_N_VMSTAT_ITEMS] = {LX_VMSTAT_ITEMS(ITEM_SLICE)};
#undef ITEM_SLICE

static int compare(LxSlice a, LxSlice b)
{
	int order = memcmp(a.at, b.at, MIN(a.length, b.length));

	return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* By bisection: most names are not in the table, and a search from hit to hit would try them all.
 */
static int find_item(LxSlice name)
{
	int low = 0, high = LX_N_VMSTAT_ITEMS;

	while (low < high) {
		int middle = (low + high) / 2, order = compare(name, item_names[middle]);

		if (order == 0)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return LX_VMSTAT_UNKNOWN;
}

void lx_vmstat_parse(LxSlice text, LxVmstat *out)
{
	LxSlice line, name;
	uint64_t value;

	out->n_lines = 0;
	while (out->n_lines < LX_VMSTAT_LINES_MAX && lx_scan_line(&text, &line))
		if (lx_scan_word(&line, &name) && lx_scan_u64(&line, &value))
			out->lines[out->n_lines++] =
				(LxVmstatLine){.name = name, .item = find_item(name)};
}

void lx_vmstat_unref(LxVmstat *vmstat)
{
	if (vmstat)
		g_atomic_rc_box_release(vmstat);
}

LxVmstat *lx_vmstat_lines(LxHost *host, GError **error)
{
	LxVmstat *lines = lx_host_recent(host, LX_HOST_VMSTAT, 0, UINT64_MAX);
	const LxText *text;

	if (lines)
		return lines;
	text = lx_host_read_once(host, LX_HOST_VMSTAT, error);
	if (!text)
		return NULL;
	lines = g_atomic_rc_box_new0(LxVmstat);
	lx_vmstat_parse(lx_text_slice(text), lines);
	lx_host_keep_recent(host, LX_HOST_VMSTAT, lines, NULL, 0);
	return lines;
}
