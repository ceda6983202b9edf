/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/vmstat and sys/devices/system/node/nodeN/vmstat -> facts. */
#include "host/vmstat.h"

#include <stdlib.h>

static const char *const item_names[LX_N_VMSTAT_ITEMS] = {
#define ITEM_NAME(symbol, name) [LX_VMSTAT_##symbol] = name,
	LX_VMSTAT_ITEMS(ITEM_NAME)
#undef ITEM_NAME
};

static int compare_name(const void *key, const void *row)
{
	const LxSlice *slice = key;
	const char *name = *(const char *const *)row;
	size_t length = strlen(name);
	int order = memcmp(slice->at, name, MIN(slice->length, length));

	if (order != 0)
		return order;
	return (slice->length > length) - (slice->length < length);
}

static int find_item(LxSlice name)
{
	const char *const *row =
		bsearch(&name, item_names, LX_N_VMSTAT_ITEMS, sizeof item_names[0], compare_name);

	return row ? (int)(row - item_names) : LX_VMSTAT_UNKNOWN;
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
