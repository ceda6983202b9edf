/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/diskstats for a container: of the host's devices those that the cgroup has used. */
#include "model/diskstats.h"

#include "base/number.h"

static bool is_before(const LxIoDevice *device, const LxDisk *disk)
{
	if (device->major != disk->major)
		return device->major < disk->major;
	return device->minor < disk->minor;
}

/* By halves: the devices are sorted by number. NULL when the cgroup has not used this one. */
static const LxIoDevice *find_device(const LxIoFacts *io, const LxDisk *disk)
{
	unsigned low = 0, high = io->n_devices;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (is_before(&io->devices[middle], disk))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == io->n_devices || io->devices[low].major != disk->major ||
		io->devices[low].minor != disk->minor)
		return NULL;
	return &io->devices[low];
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

	for (unsigned i = 0; i < disks->n_disks; i++) {
		const LxDisk *disk = &disks->disks[i];
		const LxIoDevice *device = find_device(io, disk);

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
