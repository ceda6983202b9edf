/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of v1's cpuacct.* files (kernel/sched/cpuacct.c). */
#include "cgroup/cpu_usage.h"

#include "base/cpuset.h"
#include "base/number.h"

#include <errno.h>
#include <unistd.h>

static bool fail(LxSlice at, const char *what, GError **error)
{
	lx_error_set(error, EINVAL, "parsing %s: \"%.*s\" is no number", what,
		(int)MIN(at.length, 80), at.at);
	return false;
}

/* Possible CPUs are numbered without gaps: the n-th number is CPU n's. */
bool lx_cpuacct_parse_percpu(LxSlice text, const char *what, LxCpuUsage *out, GError **error)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(LxCpuUse));
	LxCpuUse row = {0};
	uint64_t sum = 0;

	text = lx_slice_trim(text);
	while (rows->len < LX_CPUSET_MAX && lx_scan_u64(&text, &row.usage_nsec)) {
		g_array_append_val(rows, row);
		sum = lx_number_add(sum, row.usage_nsec);
	}
	if (text.length > 0)
		return fail(text, what, error);
	if (rows->len == 0)
		return true;
	g_free(out->rows);
	out->n_rows = rows->len;
	out->rows = (LxCpuUse *)g_array_free(g_steal_pointer(&rows), FALSE);
	out->total.usage_nsec = sum;
	out->have |= LX_CPU_USAGE_USAGE;
	return true;
}

typedef struct {
	uint64_t cpu;
	uint64_t user_nsec;
	uint64_t system_nsec;
} AllRow;

static bool scan_all_row(LxSlice line, AllRow *out)
{
	return lx_scan_u64(&line, &out->cpu) && lx_scan_u64(&line, &out->user_nsec) &&
	       lx_scan_u64(&line, &out->system_nsec);
}

static void take_all_row(LxCpuUsage *usage, const AllRow *row)
{
	usage->have |= LX_CPU_USAGE_USER | LX_CPU_USAGE_SYSTEM;
	usage->total.user_nsec = lx_number_add(usage->total.user_nsec, row->user_nsec);
	usage->total.system_nsec = lx_number_add(usage->total.system_nsec, row->system_nsec);
	if (row->cpu < usage->n_rows) {
		usage->rows[row->cpu].user_nsec = row->user_nsec;
		usage->rows[row->cpu].system_nsec = row->system_nsec;
	}
}

bool lx_cpuacct_parse_all(LxSlice text, const char *what, LxCpuUsage *out, GError **error)
{
	LxSlice rest, line;
	AllRow row;

	lx_scan_line(&text, &line); /* "cpu user system" */
	for (rest = text; lx_scan_line(&rest, &line);)
		if (!scan_all_row(line, &row))
			return fail(line, what, error);
	out->total.user_nsec = out->total.system_nsec = 0;
	for (rest = text; lx_scan_line(&rest, &line) && scan_all_row(line, &row);)
		take_all_row(out, &row);
	return true;
}

static uint64_t ticks_nsec(uint64_t ticks)
{
	return lx_number_scale(ticks, UINT64_C(1000000000), (uint64_t)sysconf(_SC_CLK_TCK));
}

bool lx_cpuacct_parse_stat(LxSlice text, const char *what, LxCpuUsage *out, GError **error)
{
	LxCpuUsage usage = *out;
	LxSlice line, key = {0};
	uint64_t ticks;

	while (lx_scan_line(&text, &line)) {
		bool user = lx_scan_word(&line, &key) && lx_slice_equal(key, "user");

		if (!user && !lx_slice_equal(key, "system"))
			continue;
		if (!lx_slice_u64(lx_slice_trim(line), &ticks))
			return fail(line, what, error);
		usage.have |= user ? LX_CPU_USAGE_USER : LX_CPU_USAGE_SYSTEM;
		*(user ? &usage.total.user_nsec : &usage.total.system_nsec) = ticks_nsec(ticks);
	}
	*out = usage;
	return true;
}
