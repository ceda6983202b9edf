/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the program in the kernel (active.bpf.c) and its reader tell each other. No header of any
 * library is included: there is none in the kernel.
 */
#pragma once

/* X(SYMBOL, name): the controllers of v1 by which a hierarchy can be found, as the kernel calls
 * them. */
#define LX_SWEEP_CONTROLLERS(X) \
	X(CPU, cpu) \
	X(CPUACCT, cpuacct) \
	X(CPUSET, cpuset) \
	X(MEMORY, memory) \
	X(IO, io) \
	X(HUGETLB, hugetlb) \
	X(PIDS, pids)

/* Hierarchies as the program finds them: by a controller of v1, or v2. */
enum {
#define LX_SWEEP_SLOT(SYMBOL, name) LX_SWEEP_##SYMBOL,
	LX_SWEEP_CONTROLLERS(LX_SWEEP_SLOT)
#undef LX_SWEEP_SLOT
		LX_SWEEP_V2,
	LX_N_SWEEP_SLOTS
};

/* A task's cgroup and those around it; more are passed over. */
#define LX_SWEEP_LEVELS_MAX 65

/* One for each cgroup that a task is in, below the root of each hierarchy. */
typedef struct {
	unsigned long long id; /* as of lx_cgroup_id */
	unsigned letter;       /* 'R' or 'D', as in /proc/TID/stat */
	unsigned unused;
} LxSweepRecord;
