/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sysinfo(2) tells: the numbers of proc/meminfo, proc/uptime and proc/loadavg once more. */
#include "model/sysinfo.h"

#include "base/number.h"

#define NSEC_PER_SEC UINT64_C(1000000000)
/* SI_LOAD_SHIFT of include/uapi/linux/sysinfo.h. */
#define LOAD_SHIFT 16

LxSysinfoNumbers lx_sysinfo_compute(const LxMeminfoNumbers *memory, const LxLoadAverage *average,
	uint64_t uptime_nsec, uint64_t tasks)
{
	const uint64_t *values = memory->values;
	LxSysinfoNumbers numbers = {
		.uptime_sec = lx_number_ceil_div(uptime_nsec, NSEC_PER_SEC),
		.memory_bytes = values[LX_MEMINFO_MEM_TOTAL],
		.free_bytes = values[LX_MEMINFO_MEM_FREE],
		.shared_bytes = values[LX_MEMINFO_SHMEM],
		.buffer_bytes = values[LX_MEMINFO_BUFFERS],
		.swap_bytes = values[LX_MEMINFO_SWAP_TOTAL],
		.swap_free_bytes = values[LX_MEMINFO_SWAP_FREE],
		.tasks = tasks,
	};

	for (int i = 0; i < 3; i++)
		numbers.loads[i] = lx_number_mul(
			average->fixed[i], UINT64_C(1) << (LOAD_SHIFT - LX_LOAD_AVERAGE_SHIFT));
	return numbers;
}
