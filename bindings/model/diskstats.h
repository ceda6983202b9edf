/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /proc/diskstats for a container: of the host's devices, in the host's order, those that the
 * cgroup has used. Devices that the host no longer has are left out. Pure.
 */
#pragma once

#include "facts/disk.h"
#include "facts/io.h"

#include <glib.h>

typedef struct {
	uint64_t requests, merged, bytes, nsec;
} LxDiskstatsOperation;

typedef struct {
	const LxDisk *disk; /* borrowed from the disks */
	LxDiskstatsOperation operations[LX_N_IO_OPERATIONS];
	uint64_t nsec; /* of all operations */
} LxDiskstatsRow;

typedef struct {
	LxDiskstatsRow *rows; /* owned */
	unsigned n_rows;
} LxDiskstats;

/* The result borrows from `disks`; free it with lx_diskstats_clear. What is absent counts as 0. */
LxDiskstats lx_diskstats_compute(const LxDisks *disks, const LxIoFacts *io);

void lx_diskstats_clear(LxDiskstats *diskstats);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxDiskstats, lx_diskstats_clear)
