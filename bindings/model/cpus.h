/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which CPUs a container sees, and how many: the one place that decides. Pure. */
#pragma once

#include "lxfs.h" /* LxCpuView */

#include "facts/cpu.h"

/*
 * The first N of the container's CPUs that are online, under their real numbers (docs/views.md,
 * "CPUs: which and how many"). Never empty: a cpuset of which no CPU is online leaves the
 * machine's, since the kernel, too, then runs its tasks elsewhere.
 */
LxCpuset lx_cpus_visible(const LxCpuLimits *limits, const LxCpuset *online, LxCpuView view);

/* The NUMA nodes: the allowed ones that are online; all that are online when none is left. */
LxCpuset lx_cpus_nodes(const LxCpuLimits *limits, const LxCpuset *online);

/*
 * A set of real CPUs as it is shown: what is not visible is cut off, and the rest is numbered by
 * its place among the visible ones when `renumber` says so.
 */
LxCpuset lx_cpus_shown(const LxCpuset *set, const LxCpuset *visible, bool renumber);
