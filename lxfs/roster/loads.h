/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Load averages of containers. They are the memory of whoever serves: so they are read from his
 * mount, in a child, since a server that does not answer would hang whoever asks it.
 */
#pragma once

#include "lxfs.h"

typedef struct {
	bool known;
	unsigned hundredths[3]; /* over 1, 5, 15 minutes */
} LxLoadReading;

typedef enum {
	LX_LOADS_SERVED,
	LX_LOADS_UNSERVED, /* nothing is mounted there */
	LX_LOADS_DEAD,     /* its server has gone */
	LX_LOADS_SILENT,   /* it did not answer within the limit */
} LxLoadsOutcome;

/*
 * Reads containers/ID/proc/loadavg below the mount point for n ids, into `out`. What was read
 * before the limit is known, whatever the outcome.
 */
LxLoadsOutcome lx_loads_read(const char *mountpoint, const char *const *ids, unsigned n,
	unsigned limit_msec, LxLoadReading *out);

/* "0.31 0.12 0.05 1/24 318". False, *out untouched, for anything else. */
bool lx_loads_parse(const char *text, LxLoadReading *out);
