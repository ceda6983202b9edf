/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every cgroup file that lxfs reads: a row here is a descriptor that a level may keep open. */
#pragma once

/* X(symbol, name). v1 and v2 names stand side by side; a level opens those of its hierarchy. */
#define LX_CGROUP_FILES(X) \
	X(MEMORY_MAX, "memory.max") \
	X(MEMORY_CURRENT, "memory.current") \
	X(MEMORY_STAT, "memory.stat") \
	X(MEMORY_NUMA_STAT, "memory.numa_stat") \
	X(MEMORY_SWAP_MAX, "memory.swap.max") \
	X(MEMORY_SWAP_CURRENT, "memory.swap.current") \
	X(MEMORY_LIMIT, "memory.limit_in_bytes") \
	X(MEMORY_USAGE, "memory.usage_in_bytes") \
	X(MEMSW_LIMIT, "memory.memsw.limit_in_bytes") \
	X(MEMSW_USAGE, "memory.memsw.usage_in_bytes") \
	X(MEMORY_SWAPPINESS, "memory.swappiness") \
	X(KMEM_USAGE, "memory.kmem.usage_in_bytes") \
	X(CPU_MAX, "cpu.max") \
	X(CPU_WEIGHT, "cpu.weight") \
	X(CPU_STAT, "cpu.stat") \
	X(CFS_QUOTA, "cpu.cfs_quota_us") \
	X(CFS_PERIOD, "cpu.cfs_period_us") \
	X(CPU_SHARES, "cpu.shares") \
	X(CPUACCT_USAGE, "cpuacct.usage") \
	X(CPUACCT_USAGE_PERCPU, "cpuacct.usage_percpu") \
	X(CPUACCT_USAGE_ALL, "cpuacct.usage_all") \
	X(CPUACCT_STAT, "cpuacct.stat") \
	X(CPUSET_CPUS, "cpuset.cpus") \
	X(CPUSET_CPUS_EFFECTIVE, "cpuset.cpus.effective") \
	X(CPUSET_EFFECTIVE_CPUS, "cpuset.effective_cpus") \
	X(CPUSET_MEMS, "cpuset.mems") \
	X(CPUSET_MEMS_EFFECTIVE, "cpuset.mems.effective") \
	X(CPUSET_EFFECTIVE_MEMS, "cpuset.effective_mems") \
	X(IO_STAT, "io.stat") \
	X(BLKIO_THROTTLE_SERVICED, "blkio.throttle.io_serviced_recursive") \
	X(BLKIO_THROTTLE_BYTES, "blkio.throttle.io_service_bytes_recursive") \
	X(BLKIO_SERVICED, "blkio.io_serviced_recursive") \
	X(BLKIO_BYTES, "blkio.io_service_bytes_recursive") \
	X(BLKIO_BFQ_SERVICED, "blkio.bfq.io_serviced_recursive") \
	X(BLKIO_BFQ_BYTES, "blkio.bfq.io_service_bytes_recursive") \
	X(BLKIO_MERGED, "blkio.io_merged_recursive") \
	X(BLKIO_SERVICE_TIME, "blkio.io_service_time_recursive") \
	X(BLKIO_WAIT_TIME, "blkio.io_wait_time_recursive") \
	X(PIDS_CURRENT, "pids.current") \
	X(CPU_PRESSURE, "cpu.pressure") \
	X(IO_PRESSURE, "io.pressure") \
	X(MEMORY_PRESSURE, "memory.pressure") \
	X(IRQ_PRESSURE, "irq.pressure")

typedef enum {
#define LX_CGROUP_FILE_SYMBOL(symbol, name) LX_CGROUP_##symbol,
	LX_CGROUP_FILES(LX_CGROUP_FILE_SYMBOL)
#undef LX_CGROUP_FILE_SYMBOL
		LX_N_CGROUP_FILES
} LxCgroupFile;

const char *lx_cgroup_file_name(LxCgroupFile file);
