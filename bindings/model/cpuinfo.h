/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which parts of /proc/cpuinfo a container sees, and the numbers in them. Pure. */
#pragma once

#include "base/cpuset.h"
#include "facts/cpuinfo.h"

/* Is every visible CPU in it? */
bool lx_cpuinfo_covers(const LxCpuinfo *cpuinfo, const LxCpuset *visible);

/*
 * The parts of the visible CPUs and the machine's; siblings and cores counted among the visible
 * CPUs of a package that is not visible as a whole. `renumber`: CPUs are numbered from 0.
 */
void lx_cpuinfo_choose(
	const LxCpuinfo *cpuinfo, const LxCpuset *visible, bool renumber, LxCpuinfoChoice *out);
