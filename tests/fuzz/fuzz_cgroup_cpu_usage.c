/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The usage parsers, each on the whole input, and the step that rests on what they found. */
#include "cgroup/cpu_usage.h"
#include "model/cpu_time.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define N_CPUS 8
#define SEC UINT64_C(1000000000)

static LxCpuset two_cpus(void)
{
	LxCpuset set = {0};

	lx_cpuset_add(&set, 1);
	lx_cpuset_add(&set, 3);
	return set;
}

/* However mad the numbers are, a row lives through the wall time and no more. */
static void take_steps(const LxCpuUsage *usage)
{
	g_autofree LxCpuTimeState *state = g_malloc0(lx_cpu_time_bytes(N_CPUS));
	LxCpuset visible = two_cpus();
	g_auto(LxCpuTimes) times = {0};

	state->max_rows = N_CPUS;
	for (uint64_t now = 2; now < 5; now++) {
		LxCpuSample sample = {usage, &visible, SEC, now * SEC};

		lx_cpu_time_advance(state, &sample);
		lx_cpu_time_show(state, &visible, &times);
		for (unsigned i = 0; i < times.n_rows; i++) {
			const LxCpuTime *time = &times.rows[i].time;

			if (lx_cpu_busy_nsec(&time->busy) + time->idle_nsec + time->steal_nsec !=
				(now - 1) * SEC)
				abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LxSlice text = {(const char *)data, size};
	g_auto(LxCpuUsage) v2 = {0}, v1 = {0};
	g_autoptr(GError) stat = NULL, rows = NULL, all = NULL, ticks = NULL;

	if (lx_cpu_stat_parse(text, "cpu.stat", LX_CPU_STAT_USAGE | LX_CPU_STAT_THROTTLED, &v2,
		    &stat) != !stat)
		abort();
	if (lx_cpuacct_parse_percpu(text, "cpuacct.usage_percpu", &v1, &rows) != !rows)
		abort();
	if (lx_cpuacct_parse_all(text, "cpuacct.usage_all", &v1, &all) != !all)
		abort();
	if (lx_cpuacct_parse_stat(text, "cpuacct.stat", &v1, &ticks) != !ticks)
		abort();
	take_steps(&v2);
	take_steps(&v1);
	return 0;
}
