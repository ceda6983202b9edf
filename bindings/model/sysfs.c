/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folders cpu and node of /sys/devices/system: what a file tells, and which paths exist. */
#include "model/sysfs.h"

#include <fnmatch.h>

/* The first row whose name and folder (a pattern of fnmatch(3)) fit. What is not here is constant.
 */
static const struct {
	const char *folder;
	const char *name; /* NULL: every file of the folder */
	LxSysfsKind kind;
} kinds[] = {
	{"cpu", "online", LX_SYSFS_VISIBLE},
	{"cpu", "present", LX_SYSFS_VISIBLE},
	{"cpu", "enabled", LX_SYSFS_VISIBLE},
	{"cpu", "offline", LX_SYSFS_EMPTY},
	{"cpu", "possible", LX_SYSFS_POSSIBLE},
	{"cpu", "aarch32_el0", LX_SYSFS_CPU_LIST},

	{"*/topology", "book_siblings", LX_SYSFS_CPU_MASK},
	{"*/topology", "book_siblings_list", LX_SYSFS_CPU_LIST},
	{"*/topology", "cluster_cpus", LX_SYSFS_CPU_MASK},
	{"*/topology", "cluster_cpus_list", LX_SYSFS_CPU_LIST},
	{"*/topology", "core_cpus", LX_SYSFS_CPU_MASK},
	{"*/topology", "core_cpus_list", LX_SYSFS_CPU_LIST},
	{"*/topology", "core_siblings", LX_SYSFS_CPU_MASK},
	{"*/topology", "core_siblings_list", LX_SYSFS_CPU_LIST},
	{"*/topology", "die_cpus", LX_SYSFS_CPU_MASK},
	{"*/topology", "die_cpus_list", LX_SYSFS_CPU_LIST},
	{"*/topology", "drawer_siblings", LX_SYSFS_CPU_MASK},
	{"*/topology", "drawer_siblings_list", LX_SYSFS_CPU_LIST},
	{"*/topology", "package_cpus", LX_SYSFS_CPU_MASK},
	{"*/topology", "package_cpus_list", LX_SYSFS_CPU_LIST},
	{"*/topology", "thread_siblings", LX_SYSFS_CPU_MASK},
	{"*/topology", "thread_siblings_list", LX_SYSFS_CPU_LIST},
	{"*/cache/*", "shared_cpu_list", LX_SYSFS_CPU_LIST},
	{"*/cache/*", "shared_cpu_map", LX_SYSFS_CPU_MASK},
	{"*/cpufreq*", "affected_cpus", LX_SYSFS_CPU_ROW},
	{"*/cpufreq*", "freqdomain_cpus", LX_SYSFS_CPU_ROW},
	{"*/cpufreq*", "related_cpus", LX_SYSFS_CPU_ROW},

	{"*/cpuidle/state*", "above", LX_SYSFS_COUNT},
	{"*/cpuidle/state*", "below", LX_SYSFS_COUNT},
	{"*/cpuidle/state*", "rejected", LX_SYSFS_COUNT},
	{"*/cpuidle/state*", "time", LX_SYSFS_COUNT},
	{"*/cpuidle/state*", "usage", LX_SYSFS_COUNT},
	{"*/cpufreq*/stats", "time_in_state", LX_SYSFS_COUNTS},
	{"*/cpufreq*/stats", "total_trans", LX_SYSFS_COUNT},
	{"*/cpufreq*/stats", "trans_table", LX_SYSFS_COUNTS},
	{"*/cpufreq*/throttle_stats", NULL, LX_SYSFS_COUNT},
	{"*/thermal_throttle", NULL, LX_SYSFS_COUNT},
	{"*/acpi_cppc", "feedback_ctrs", LX_SYSFS_FIELDS},
	{"cpu/cpu*", "idle_count", LX_SYSFS_COUNT},
	{"cpu/cpu*", "idle_time_us", LX_SYSFS_COUNT},
	{"cpu/cpu*", "purr", LX_SYSFS_COUNT},
	{"cpu/cpu*", "spurr", LX_SYSFS_COUNT},
	{"cpu/cpu*", "idle_purr", LX_SYSFS_COUNT},
	{"cpu/cpu*", "idle_spurr", LX_SYSFS_COUNT},
	{"*/power", "runtime_active_time", LX_SYSFS_COUNT},
	{"*/power", "runtime_suspended_time", LX_SYSFS_COUNT},
	{"*/power", "runtime_usage", LX_SYSFS_COUNT},

	{"node", "online", LX_SYSFS_NODE_LIST},
	{"node", "has_cpu", LX_SYSFS_NODE_LIST},
	{"node", "has_generic_initiator", LX_SYSFS_NODE_LIST},
	{"node", "has_high_memory", LX_SYSFS_NODE_LIST},
	{"node", "has_memory", LX_SYSFS_NODE_LIST},
	{"node", "has_normal_memory", LX_SYSFS_NODE_LIST},
	{"node/node*", "cpulist", LX_SYSFS_CPU_LIST},
	{"node/node*", "cpumap", LX_SYSFS_CPU_MASK},
	{"node/node*", "distance", LX_SYSFS_NODE_COLUMNS},
	{"node/node*", "meminfo", LX_SYSFS_NODE_MEMINFO},
	{"node/node*", "numastat", LX_SYSFS_COUNTS},
	{"node/node*", "vmstat", LX_SYSFS_NODE_VMSTAT},
	{"*/hugepages/hugepages-*", "free_hugepages", LX_SYSFS_COUNT},
	{"*/hugepages/hugepages-*", "nr_hugepages", LX_SYSFS_COUNT},
	{"*/hugepages/hugepages-*", "surplus_hugepages", LX_SYSFS_COUNT},
	{"*/memory_failure", NULL, LX_SYSFS_COUNT},
};

LxSysfsKind lx_sysfs_kind(const char *path)
{
	const char *slash = strrchr(path, '/');
	g_autofree char *folder = slash ? g_strndup(path, (gsize)(slash - path)) : g_strdup("");
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (kinds[i].name && strcmp(kinds[i].name, name) != 0)
			continue;
		if (fnmatch(kinds[i].folder, folder, 0) == 0)
			return kinds[i].kind;
	}
	return LX_SYSFS_CONSTANT;
}

bool lx_sysfs_number(LxSlice name, const char *prefix, unsigned *out)
{
	LxSlice digits = name;
	uint64_t number;

	if (!lx_slice_starts_with(name, prefix))
		return false;
	digits.at += strlen(prefix);
	digits.length -= strlen(prefix);
	if (digits.length > 1 && digits.at[0] == '0')
		return false;
	if (!lx_slice_u64(digits, &number) || number > UINT32_MAX)
		return false;
	*out = (unsigned)number;
	return true;
}

/* The member with so many smaller ones; LX_CPUSET_MAX when there are not as many. */
static unsigned nth_member(const LxCpuset *set, unsigned n)
{
	unsigned member = lx_cpuset_next(set, 0);

	while (n-- > 0 && member < LX_CPUSET_MAX)
		member = lx_cpuset_next(set, member + 1);
	return member;
}

static bool append_cpu(const LxSysfsScope *scope, unsigned cpu, bool to_real, GString *to)
{
	unsigned real = to_real && scope->renumber ? nth_member(scope->cpus, cpu) : cpu;
	unsigned shown = scope->renumber ? lx_cpuset_rank(scope->cpus, real) : real;

	if (!lx_cpuset_has(scope->cpus, real))
		return false;
	g_string_append_printf(to, "cpu%u", to_real ? real : shown);
	return true;
}

static bool append_name(const LxSysfsScope *scope, LxSlice name, bool to_real, GString *to)
{
	unsigned number;

	if (name.length == 0 || lx_slice_equal(name, ".") || lx_slice_equal(name, ".."))
		return false;
	if (scope->cpus && lx_sysfs_number(name, "cpu", &number))
		return append_cpu(scope, number, to_real, to);
	if (scope->nodes && lx_sysfs_number(name, "node", &number) &&
		!lx_cpuset_has(scope->nodes, number))
		return false;
	g_string_append_len(to, name.at, (gssize)name.length);
	return true;
}

bool lx_sysfs_append_real_name(const LxSysfsScope *scope, LxSlice shown, GString *to)
{
	return append_name(scope, shown, true, to);
}

bool lx_sysfs_append_shown_name(const LxSysfsScope *scope, LxSlice real, GString *to)
{
	return append_name(scope, real, false, to);
}

/* Takes the next component; false behind the last one, which may be empty ("a/"). */
static bool next_component(LxSlice *rest, LxSlice *component)
{
	if (!rest->at)
		return false;
	if (!lx_scan_until(rest, '/', component)) {
		*component = *rest;
		*rest = (LxSlice){NULL, 0};
	}
	return true;
}

bool lx_sysfs_append_real_path(const LxSysfsScope *scope, const char *shown, GString *to)
{
	LxSlice rest = lx_slice(shown), component;
	gsize before = to->len;

	while (next_component(&rest, &component)) {
		g_string_append_c(to, '/');
		if (!append_name(scope, component, true, to)) {
			g_string_truncate(to, before);
			return false;
		}
	}
	return true;
}

bool lx_sysfs_append_shown_target(const LxSysfsScope *scope, const char *real, GString *to)
{
	LxSlice rest = lx_slice(real), component;
	const char *separator = "";
	gsize before = to->len;

	for (; next_component(&rest, &component); separator = "/") {
		g_string_append(to, separator);
		if (component.length == 0 || lx_slice_equal(component, "..")) {
			g_string_append_len(to, component.at, (gssize)component.length);
		} else if (!append_name(scope, component, false, to)) {
			g_string_truncate(to, before);
			return false;
		}
	}
	return true;
}
