/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sysinfo(2) tells: the numbers of proc/meminfo, proc/uptime and proc/loadavg once more. Pure.
 */
#pragma once

#include "facts/meminfo.h"
#include "model/load_average.h"

typedef struct {
	uint64_t uptime_sec;
	uint64_t loads[3]; /* in 1/65536 */
	uint64_t memory_bytes;
	uint64_t free_bytes;
	uint64_t shared_bytes;
	uint64_t buffer_bytes;
	uint64_t swap_bytes;
	uint64_t swap_free_bytes;
	uint64_t tasks; /* threads */
} LxSysinfoNumbers;

/* A second that has begun counts, as it does for the kernel (do_sysinfo in kernel/sys.c). */
LxSysinfoNumbers lx_sysinfo_compute(const LxMeminfoNumbers *memory, const LxLoadAverage *average,
	uint64_t uptime_nsec, uint64_t tasks);
