/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/swaps -> how this kernel prints it. */
#include "host/swaps.h"

#include <errno.h>

static bool contains(LxSlice slice, const char *word)
{
	return slice.length > 0 && memmem(slice.at, slice.length, word, strlen(word));
}

bool lx_swaps_parse(LxSlice text, const char *what, LxSwaps *out, GError **error)
{
	LxSlice header;

	if (!lx_scan_line(&text, &header) || !lx_slice_starts_with(header, "Filename\t")) {
		lx_error_set(
			error, EINVAL, "parsing %s, line 1: not the header \"Filename ...\"", what);
		return false;
	}
	*out = (LxSwaps){.header = header, .wide_columns = contains(header, "Size\t\tUsed\t\t")};
	return true;
}
