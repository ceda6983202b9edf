/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The swap space of a view, and how this kernel prints /proc/swaps (mm/swapfile.c). */
#pragma once

#include "base/scan.h"

typedef struct {
	uint64_t total_bytes;
	uint64_t free_bytes; /* never more than the total */
	uint64_t used_bytes; /* C's own; what ancestors' other children use is neither used nor free
			      */
} LxSwapNumbers;

typedef struct {
	LxSlice header;    /* without its newline; borrowed from the text that was parsed */
	bool wide_columns; /* short numbers are followed by two tabs (Linux 5.10 and later) */
} LxSwaps;
