/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers of proc/vmstat and nodeN/vmstat. Pure; cannot fail; any thread. */
#pragma once

#include "facts/memory.h"
#include "facts/vmstat.h"

/* What the memory cgroup does not say. */
typedef struct {
	uint64_t page_bytes;
	uint64_t thp_bytes; /* of a transparent huge page; 0: this kernel has none */
	bool have_io;
	uint64_t read_bytes, written_bytes; /* from and to all devices: pgpgin, pgpgout */
} LxVmstatTerms;

void lx_vmstat_compute(
	const LxMemoryStats *stats, const LxVmstatTerms *terms, LxVmstatNumbers *out);
