/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of /proc/diskstats as the kernel prints them. */
#include "render/diskstats.h"

#include <inttypes.h>

#define SECTOR_BYTES 512
#define MSEC_NSEC UINT64_C(1000000)

/* Requests, merged, sectors, milliseconds. */
static void append_operation(const LxDiskstatsOperation *operation, GString *to)
{
	g_string_append_printf(to, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64,
		operation->requests, operation->merged, operation->bytes / SECTOR_BYTES,
		operation->nsec / MSEC_NSEC);
}

/*
 * Between writes and discards stand the requests in flight, the time that the device was busy and
 * the time of all requests together; flushes come last. No cgroup file counts requests in flight,
 * busy time or flushes.
 */
static void append_row(const LxDiskstatsRow *row, GString *to)
{
	g_string_append_printf(
		to, "%4u %7u %s", row->disk->major, row->disk->minor, row->disk->name);
	append_operation(&row->operations[LX_IO_READ], to);
	append_operation(&row->operations[LX_IO_WRITE], to);
	g_string_append_printf(to, " 0 0 %" PRIu64, row->nsec / MSEC_NSEC);
	append_operation(&row->operations[LX_IO_DISCARD], to);
	g_string_append(to, " 0 0\n");
}

void lx_render_diskstats(const LxDiskstats *diskstats, GString *to)
{
	for (unsigned i = 0; i < diskstats->n_rows; i++)
		append_row(&diskstats->rows[i], to);
}
