/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a cgroup has read from and written to each block device. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum { LX_IO_READ, LX_IO_WRITE, LX_IO_DISCARD, LX_N_IO_OPERATIONS } LxIoOperation;

typedef enum {
	LX_IO_REQUESTS,
	LX_IO_BYTES,
	LX_IO_MERGED,
	LX_IO_SERVICE_NSEC,
	LX_IO_WAIT_NSEC,
	LX_N_IO_COUNTS
} LxIoCount;

typedef struct {
	unsigned major, minor;
	uint32_t have; /* bits of lx_io_bit */
	uint64_t counts[LX_N_IO_OPERATIONS][LX_N_IO_COUNTS];
} LxIoDevice;

typedef struct {
	bool have;           /* false: the kernel counts no IO for this cgroup */
	LxIoDevice *devices; /* with a count above 0; by major and minor, each once; owned */
	unsigned n_devices;
} LxIoFacts;

static inline uint32_t lx_io_bit(LxIoOperation operation, LxIoCount count)
{
	return UINT32_C(1) << ((unsigned)operation * LX_N_IO_COUNTS + (unsigned)count);
}
