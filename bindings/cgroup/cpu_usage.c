/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPU time that a container's cgroup has used. */
#include "cgroup/cpu_usage.h"

#include "base/number.h"

#include <errno.h>

/*
 * v1 says throttled_time in nanoseconds, v2 throttled_usec; its user_usec contains nice_usec. The
 * order is the kernel's.
 */
enum { USAGE, USER, SYSTEM, NICE, THROTTLED, THROTTLED_TIME, N_KEYS };

static const char *const keys[N_KEYS] = {
	"usage_usec",
	"user_usec",
	"system_usec",
	"nice_usec",
	"throttled_usec",
	"throttled_time",
};

static const struct {
	LxCpuStatPart part;
	LxCpuUsageBit bit;
	unsigned nsec;
	size_t offset;
} fields[N_KEYS] = {
	[USAGE] = {LX_CPU_STAT_USAGE, LX_CPU_USAGE_USAGE, 1000,
		offsetof(LxCpuUsage, total.usage_nsec)},
	[USER] = {LX_CPU_STAT_USAGE, LX_CPU_USAGE_USER, 1000,
		offsetof(LxCpuUsage, total.user_nsec)},
	[SYSTEM] = {LX_CPU_STAT_USAGE, LX_CPU_USAGE_SYSTEM, 1000,
		offsetof(LxCpuUsage, total.system_nsec)},
	[NICE] = {LX_CPU_STAT_USAGE, LX_CPU_USAGE_NICE, 1000,
		offsetof(LxCpuUsage, total.nice_nsec)},
	[THROTTLED] = {LX_CPU_STAT_THROTTLED, LX_CPU_USAGE_THROTTLED, 1000,
		offsetof(LxCpuUsage, throttled_nsec)},
	[THROTTLED_TIME] = {LX_CPU_STAT_THROTTLED, LX_CPU_USAGE_THROTTLED, 1,
		offsetof(LxCpuUsage, throttled_nsec)},
};

static bool parse_field(LxSlice line, size_t *hint, unsigned parts, LxCpuUsage *usage)
{
	LxSlice key;
	uint64_t value;
	int i;

	if (!lx_scan_word(&line, &key))
		return true;
	i = lx_scan_key(key, keys, N_KEYS, hint);
	if (i < 0 || !(fields[i].part & parts))
		return true;
	if (!lx_slice_u64(lx_slice_trim(line), &value))
		return false;
	usage->have |= fields[i].bit;
	*(uint64_t *)((char *)usage + fields[i].offset) = lx_number_mul(value, fields[i].nsec);
	return true;
}

bool lx_cpu_stat_parse(
	LxSlice text, const char *what, unsigned parts, LxCpuUsage *out, GError **error)
{
	LxCpuUsage usage = *out;
	unsigned number = 0;
	size_t hint = 0;
	LxSlice line;

	while (lx_scan_line(&text, &line)) {
		number++;
		if (parse_field(line, &hint, parts, &usage))
			continue;
		lx_error_set(error, EINVAL, "parsing %s, line %u: \"%.*s\" has no number", what,
			number, (int)MIN(line.length, 80), line.at);
		return false;
	}
	if (parts & LX_CPU_STAT_USAGE)
		usage.total.user_nsec = lx_number_sub(usage.total.user_nsec, usage.total.nice_nsec);
	*out = usage;
	return true;
}

/* Fails on, with the cgroup's name. */
static bool say_where(const LxLevel *level, GError **error)
{
	g_prefix_error(error, "cgroup %s: ", lx_level_path(level));
	return false;
}

static bool read_stat(LxLevel *level, unsigned parts, LxCpuUsage *usage, GError **error)
{
	const char *what = lx_cgroup_file_name(LX_CGROUP_CPU_STAT);
	g_auto(LxText) text = {0};

	if (!lx_level_read(level, LX_CGROUP_CPU_STAT, &text, error))
		return false;
	return lx_cpu_stat_parse(lx_text_slice(&text), what, parts, usage, error) ||
	       say_where(level, error);
}

typedef bool (*Parse)(LxSlice text, const char *what, LxCpuUsage *out, GError **error);

static bool read_with(LxLevel *level, LxCgroupFile file, LxCpuUsage *usage, GError **error)
{
	static const Parse parse[LX_N_CGROUP_FILES] = {
		[LX_CGROUP_CPUACCT_USAGE_PERCPU] = lx_cpuacct_parse_percpu,
		[LX_CGROUP_CPUACCT_USAGE_ALL] = lx_cpuacct_parse_all,
		[LX_CGROUP_CPUACCT_STAT] = lx_cpuacct_parse_stat,
	};
	g_auto(LxText) text = {0};

	if (!lx_level_read(level, file, &text, error))
		return false;
	return text.bytes == NULL ||
	       parse[file](lx_text_slice(&text), lx_cgroup_file_name(file), usage, error) ||
	       say_where(level, error);
}

static bool read_amount_v1(LxLevel *level, LxCpuUsage *usage, GError **error)
{
	bool present = false;

	if (!read_with(level, LX_CGROUP_CPUACCT_USAGE_PERCPU, usage, error))
		return false;
	if (usage->n_rows > 0)
		return true;
	if (!lx_level_read_u64(
		    level, LX_CGROUP_CPUACCT_USAGE, &usage->total.usage_nsec, &present, error))
		return false;
	if (present)
		usage->have |= LX_CPU_USAGE_USAGE;
	return true;
}

static bool read_shares_v1(LxLevel *level, LxCpuUsage *usage, GError **error)
{
	if (!read_with(level, LX_CGROUP_CPUACCT_USAGE_ALL, usage, error))
		return false;
	return usage->have & LX_CPU_USAGE_USER ||
	       read_with(level, LX_CGROUP_CPUACCT_STAT, usage, error);
}

static bool read_usage(LxLevel *level, unsigned parts, LxCpuUsage *usage, GError **error)
{
	if (!level)
		return true;
	if (lx_level_is_v2(level))
		return read_stat(level, parts, usage, error);
	return read_amount_v1(level, usage, error) && read_shares_v1(level, usage, error);
}

/* On v2 both stand in one file, which is read once. */
bool lx_cgroup_read_cpu_usage(LxCgroup *cgroup, LxCpuUsage *out, GError **error)
{
	LxLevel *used = lx_cgroup_level(cgroup, LX_CONTROLLER_CPUACCT);
	LxLevel *held = lx_cgroup_level(cgroup, LX_CONTROLLER_CPU);
	bool one = used && used == held && lx_level_is_v2(used);
	unsigned parts = LX_CPU_STAT_USAGE | (one ? LX_CPU_STAT_THROTTLED : 0);
	g_auto(LxCpuUsage) usage = {0};

	if (!read_usage(used, parts, &usage, error))
		return false;
	if (held && !one && !read_stat(held, LX_CPU_STAT_THROTTLED, &usage, error))
		return false;
	lx_cpu_usage_clear(out);
	*out = usage;
	usage = (LxCpuUsage){0};
	return true;
}

bool lx_cgroup_read_cpu_total(LxCgroup *cgroup, uint64_t *out_nsec, bool *present, GError **error)
{
	LxLevel *level = lx_cgroup_level(cgroup, LX_CONTROLLER_CPUACCT);
	LxCpuUsage usage = {0};

	*present = false;
	if (level && !lx_level_is_v2(level))
		return lx_level_read_u64(level, LX_CGROUP_CPUACCT_USAGE, out_nsec, present, error);
	if (level && !read_stat(level, LX_CPU_STAT_USAGE, &usage, error))
		return false;
	*present = usage.have & LX_CPU_USAGE_USAGE;
	*out_nsec = usage.total.usage_nsec;
	return true;
}
