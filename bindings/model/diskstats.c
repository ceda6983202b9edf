/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/diskstats for a container: of the host's devices those that the cgroup has used. */
#include "model/diskstats.h"

#include "base/number.h"

#include <stdlib.h>

static int is_before(const void *key, const void *element)
{
	const LxDisk *disk = key;
	const LxIoDevice *device = element;

	if (disk->major != device->major)
		return disk->major < device->major ? -1 : 1;
	return (disk->minor > device->minor) - (disk->minor < device->minor);
}

static LxDiskstatsOperation operation_of(const uint64_t counts[LX_N_IO_COUNTS])
{
	return (LxDiskstatsOperation){
		.requests = counts[LX_IO_REQUESTS],
		.merged = counts[LX_IO_MERGED],
		.bytes = counts[LX_IO_BYTES],
		.nsec = lx_number_add(counts[LX_IO_SERVICE_NSEC], counts[LX_IO_WAIT_NSEC]),
	};
}

static LxDiskstatsRow row_of(const LxDisk *disk, const LxIoDevice *device)
{
	LxDiskstatsRow row = {.disk = disk};

	for (unsigned i = 0; i < LX_N_IO_OPERATIONS; i++) {
		row.operations[i] = operation_of(device->counts[i]);
		row.nsec = lx_number_add(row.nsec, row.operations[i].nsec);
	}
	return row;
}

LxDiskstats lx_diskstats_compute(const LxDisks *disks, const LxIoFacts *io)
{
	LxDiskstats result = {.rows = g_new(LxDiskstatsRow, disks->n_disks)};

	if (io->n_devices == 0)
		return result;
	for (unsigned i = 0; i < disks->n_disks; i++) {
		const LxDisk *disk = &disks->disks[i];
		const LxIoDevice *device =
			bsearch(disk, io->devices, io->n_devices, sizeof *io->devices, is_before);

		if (device)
			result.rows[result.n_rows++] = row_of(disk, device);
	}
	return result;
}

void lx_diskstats_clear(LxDiskstats *diskstats)
{
	g_free(diskstats->rows);
	*diskstats = (LxDiskstats){0};
}
