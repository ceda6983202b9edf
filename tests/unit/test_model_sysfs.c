/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "model/sysfs.h"

START_TEST(a_file_is_known_by_its_place_and_name)
{
	static const struct {
		const char *path;
		LxSysfsKind kind;
	} rows[] = {
		{"cpu/online", LX_SYSFS_VISIBLE},
		{"cpu/present", LX_SYSFS_VISIBLE},
		{"cpu/enabled", LX_SYSFS_VISIBLE},
		{"cpu/offline", LX_SYSFS_EMPTY},
		{"cpu/possible", LX_SYSFS_POSSIBLE},
		{"cpu/kernel_max", LX_SYSFS_CONSTANT},
		{"cpu/isolated", LX_SYSFS_CONSTANT},
		{"cpu/cpu3/online", LX_SYSFS_CONSTANT},
		{"cpu/cpu3/topology/core_id", LX_SYSFS_CONSTANT},
		{"cpu/cpu3/topology/core_cpus", LX_SYSFS_CPU_MASK},
		{"cpu/cpu3/topology/core_cpus_list", LX_SYSFS_CPU_LIST},
		{"cpu/cpu3/topology/thread_siblings", LX_SYSFS_CPU_MASK},
		{"cpu/cpu3/topology/package_cpus_list", LX_SYSFS_CPU_LIST},
		{"cpu/cpu3/cache/index2/shared_cpu_map", LX_SYSFS_CPU_MASK},
		{"cpu/cpu3/cache/index2/shared_cpu_list", LX_SYSFS_CPU_LIST},
		{"cpu/cpu3/cache/index2/size", LX_SYSFS_CONSTANT},
		{"cpu/cpufreq/policy0/related_cpus", LX_SYSFS_CPU_ROW},
		{"cpu/cpu3/cpufreq/affected_cpus", LX_SYSFS_CPU_ROW},
		{"cpu/cpufreq/policy0/scaling_cur_freq", LX_SYSFS_CONSTANT},
		{"cpu/cpufreq/policy0/stats/time_in_state", LX_SYSFS_COUNTS},
		{"cpu/cpufreq/policy0/stats/total_trans", LX_SYSFS_COUNT},
		{"cpu/cpu3/cpuidle/state1/time", LX_SYSFS_COUNT},
		{"cpu/cpu3/cpuidle/state1/s2idle/time", LX_SYSFS_COUNT},
		{"cpu/cpu3/cpuidle/state1/latency", LX_SYSFS_CONSTANT},
		{"cpu/cpu3/thermal_throttle/core_throttle_count", LX_SYSFS_COUNT},
		{"cpu/cpu3/acpi_cppc/feedback_ctrs", LX_SYSFS_FIELDS},
		{"cpu/power/runtime_active_time", LX_SYSFS_COUNT},
		{"cpu/cpu3/power/control", LX_SYSFS_CONSTANT},
		{"node/online", LX_SYSFS_NODE_LIST},
		{"node/has_memory", LX_SYSFS_NODE_LIST},
		{"node/possible", LX_SYSFS_CONSTANT},
		{"node/node0/cpulist", LX_SYSFS_CPU_LIST},
		{"node/node0/cpumap", LX_SYSFS_CPU_MASK},
		{"node/node0/distance", LX_SYSFS_NODE_COLUMNS},
		{"node/node0/meminfo", LX_SYSFS_NODE_MEMINFO},
		{"node/node0/vmstat", LX_SYSFS_NODE_VMSTAT},
		{"node/node0/numastat", LX_SYSFS_COUNTS},
		{"node/node0/hugepages/hugepages-2048kB/nr_hugepages", LX_SYSFS_COUNT},
		{"node/node0/hugepages/hugepages-2048kB/demote_size", LX_SYSFS_CONSTANT},
		{"node/node0/memory_failure/total", LX_SYSFS_COUNT},
		{"cpu/", LX_SYSFS_CONSTANT},
		{"online", LX_SYSFS_CONSTANT},
		{"", LX_SYSFS_CONSTANT},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		ck_assert_msg(lx_sysfs_kind(rows[i].path) == rows[i].kind, "\"%s\"", rows[i].path);
}
END_TEST

typedef struct {
	LxCpuset cpus, nodes;
	LxSysfsScope scope;
} Container;

/* CPUs 2, 4 and 6; node 1. */
static void container_init(Container *container, bool renumber)
{
	*container = (Container){0};
	lx_cpuset_add(&container->cpus, 2);
	lx_cpuset_add(&container->cpus, 4);
	lx_cpuset_add(&container->cpus, 6);
	lx_cpuset_add(&container->nodes, 1);
	container->scope = (LxSysfsScope){&container->cpus, &container->nodes, renumber};
}

START_TEST(paths_exist_for_visible_cpus_and_allowed_nodes)
{
	static const struct {
		const char *shown, *real, *renumbered; /* NULL: there is none */
	} rows[] = {
		{"online", "/online", "/online"},
		{"cpu2", "/cpu2", "/cpu6"},
		{"cpu0", NULL, "/cpu2"},
		{"cpu3", NULL, NULL},
		{"cpu4/topology/core_id", "/cpu4/topology/core_id", NULL},
		{"cpu1/topology/core_id", NULL, "/cpu4/topology/core_id"},
		{"node1/cpu2", "/node1/cpu2", "/node1/cpu6"},
		{"node0", NULL, NULL},
		{"node0/meminfo", NULL, NULL},
		{"cpu4/node0", NULL, NULL},
		{"cpuidle", "/cpuidle", "/cpuidle"},
		{"cpu", "/cpu", "/cpu"},
		{"cpu02", "/cpu02", "/cpu02"},
		{"cpu99999999999", "/cpu99999999999", "/cpu99999999999"},
		{"cpu4294967295", NULL, NULL},
		{"node1x", "/node1x", "/node1x"},
		{"", NULL, NULL},
		{".", NULL, NULL},
		{"..", NULL, NULL},
		{"cpu2/..", NULL, NULL},
		{"cpu2/../cpu3", NULL, NULL},
		{"cpu2//topology", NULL, NULL},
		{"/cpu2", NULL, NULL},
		{"cpu2/", NULL, NULL},
		{"...", "/...", "/..."},
	};

	for (int renumber = 0; renumber <= 1; renumber++) {
		Container container;

		container_init(&container, renumber);
		for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
			const char *want = renumber ? rows[i].renumbered : rows[i].real;
			g_autoptr(GString) real = g_string_new("at:");
			g_autofree char *whole = g_strconcat("at:", want, NULL);

			ck_assert_msg(lx_sysfs_append_real_path(&container.scope, rows[i].shown,
					      real) == (want != NULL),
				"\"%s\"", rows[i].shown);
			ck_assert_str_eq(real->str, whole);
		}
	}
}
END_TEST

START_TEST(names_and_targets_are_shown_with_the_shown_numbers)
{
	static const struct {
		const char *real, *shown, *renumbered;
	} rows[] = {
		{"../../node/node1", "../../node/node1", "../../node/node1"},
		{"../../node/node0", NULL, NULL},
		{"../../cpu/cpu4", "../../cpu/cpu4", "../../cpu/cpu1"},
		{"../../cpu/cpu5", NULL, NULL},
		{"../../../../bus/cpu", "../../../../bus/cpu", "../../../../bus/cpu"},
		{"/absolute/cpu6", "/absolute/cpu6", "/absolute/cpu2"},
		{"cpu6", "cpu6", "cpu2"},
	};

	for (int renumber = 0; renumber <= 1; renumber++) {
		Container container;

		container_init(&container, renumber);
		for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
			const char *want = renumber ? rows[i].renumbered : rows[i].shown;
			g_autoptr(GString) shown = g_string_new(NULL);

			ck_assert_msg(lx_sysfs_append_shown_target(&container.scope, rows[i].real,
					      shown) == (want != NULL),
				"\"%s\"", rows[i].real);
			ck_assert_str_eq(shown->str, want ? want : "");
		}
	}
}
END_TEST

START_TEST(a_name_goes_there_and_back)
{
	Container container;

	container_init(&container, true);
	lx_cpuset_foreach(&container.cpus, cpu)
	{
		g_autofree char *name = g_strdup_printf("cpu%u", cpu);
		g_autoptr(GString) shown = g_string_new(NULL), real = g_string_new(NULL);

		ck_assert(lx_sysfs_append_shown_name(&container.scope, lx_slice(name), shown));
		ck_assert(lx_sysfs_append_real_name(&container.scope, lx_slice(shown->str), real));
		ck_assert_str_eq(real->str, name);
	}
}
END_TEST

START_TEST(without_a_container_every_name_stands_for_itself)
{
	static const LxSysfsScope everything;
	g_autoptr(GString) real = g_string_new(NULL);

	ck_assert(lx_sysfs_append_real_path(&everything, "cpu9/node7", real));
	ck_assert_str_eq(real->str, "/cpu9/node7");
	ck_assert(!lx_sysfs_append_real_path(&everything, "cpu9/..", real));
	ck_assert_str_eq(real->str, "/cpu9/node7");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_file_is_known_by_its_place_and_name,
		paths_exist_for_visible_cpus_and_allowed_nodes,
		names_and_targets_are_shown_with_the_shown_numbers,
		a_name_goes_there_and_back,
		without_a_container_every_name_stands_for_itself,
		NULL,
	};

	return unit_suite_new("model/sysfs", tests);
}
