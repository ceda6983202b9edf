/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cpu.max, and the CPUs that any quota leaves of any set. */
#include "base/number.h"
#include "cgroup/cpu.h"
#include "model/cpus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LxSlice rest = {(const char *)data, size}, line;
	LxCpuLimits limits = {.have_cpus = true};
	LxCpuset online, visible;

	if (!lx_scan_line(&rest, &line))
		return 0;
	limits.have_quota = lx_cpu_max_parse(line, "cpu.max", &limits.quota, NULL);
	if (!lx_scan_line(&rest, &line) || !lx_cpuset_parse(line, "online", &online, NULL) ||
		!lx_cpuset_parse(rest, "cpuset.cpus.effective", &limits.cpus, NULL))
		return 0;
	visible = lx_cpus_visible(&limits, &online, LX_CPU_VIEW_QUOTA);
	if (lx_cpuset_count(&visible) == 0)
		abort();
	return 0;
}
