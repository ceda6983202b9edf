/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Load averages of containers. They are the memory of whoever serves: so they are read from his
 * mount, in a child, since a server that does not answer would hang whoever asks it.
 */
#pragma once

#include "lxfs.h"

typedef struct {
	uint64_t number;        /* of the container */
	unsigned hundredths[3]; /* over 1, 5, 15 minutes */
} LxLoadReading;

typedef enum {
	LX_LOADS_SERVED,
	LX_LOADS_UNSERVED, /* nothing is mounted there */
	LX_LOADS_DEAD,     /* its server has gone */
	LX_LOADS_SILENT,   /* it did not answer within the limit */
} LxLoadsOutcome;

/*
 * Reads containers/.loadavg below the mount point, which has about n_expected containers. *out gets
 * what was read before the limit, whatever the outcome: readings by number, to be unreferenced.
 */
LxLoadsOutcome lx_loads_read(
	const char *mountpoint, unsigned n_expected, unsigned limit_msec, GHashTable **out);

/*
 * Of lines such as "72057594037927940 0.31 0.12 0.05 1/24 318". Any other line, and one without an
 * end, says nothing. Never NULL.
 */
GHashTable *lx_loads_parse(const char *text, size_t length);

/* NULL: not known. Borrowed. */
const LxLoadReading *lx_loads_find(GHashTable *loads, uint64_t number);
