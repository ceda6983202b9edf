/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/cgroups.h"

#include "doctoring.h"

#define CGROUP "proc/self/cgroup"
#define V2 "sys/fs/cgroup/cgroup.controllers"
#define UNIFIED "sys/fs/cgroup/unified/cgroup.controllers"

START_TEST(the_layout_is_told_by_the_hierarchies)
{
	doctoring_finds(
		lx_cgroups_check_layout, "ok cgroups v2\n", CGROUP, "0::/\n", V2, "cpu memory\n");
	doctoring_finds(lx_cgroups_check_layout, "ok cgroups v1\n", CGROUP,
		"4:memory:/\n2:cpu,cpuacct:/\n1:name=systemd:/\n");
	doctoring_finds(lx_cgroups_check_layout, "ok cgroups v1 and v2 (hybrid)\n", CGROUP,
		"4:memory:/\n1:name=systemd:/\n0::/\n", UNIFIED, "\n");
}
END_TEST

/* The kernel prints 0:: as soon as v2 was ever asked for, mounted or not. */
START_TEST(v2_that_is_not_mounted_is_none)
{
	doctoring_finds(lx_cgroups_check_layout, "ok cgroups v1\n", CGROUP, "4:memory:/\n0::/\n");
	doctoring_finds(lx_cgroups_check_layout,
		"broken no cgroups are mounted: containers cannot be told apart\n", CGROUP,
		"0::/\n");
}
END_TEST

START_TEST(garbage_is_no_layout)
{
	doctoring_finds(lx_cgroups_check_layout,
		"broken no cgroups are mounted: containers cannot be told apart\n", CGROUP,
		"garbage\n::\n:\n\n1\n1:name=systemd:/\n");
	doctoring_finds(lx_cgroups_check_layout,
		"broken no cgroups are mounted: containers cannot be told apart\n");
}
END_TEST

START_TEST(each_controller_that_is_missing_says_what_it_costs)
{
	doctoring_finds(lx_cgroups_check_controllers,
		"warning no controller memory: meminfo and swaps know neither a limit nor a use\n"
		"ok controller cpu\n"
		"ok controller cpuset\n"
		"ok controller io\n"
		"note no controller hugetlb: huge pages are not limited\n",
		CGROUP, "0::/\n", V2, "cpuset cpu io pids\n");
}
END_TEST

/* cpuacct is part of cpu on v2, and io is called blkio on v1. */
START_TEST(controllers_go_by_their_names_on_each_version)
{
	doctoring_finds(lx_cgroups_check_controllers,
		"ok controller memory\n"
		"ok controller cpu\n"
		"warning no controller cpuacct: stat and uptime have no CPU times\n"
		"ok controller cpuset\n"
		"ok controller io\n"
		"ok controller hugetlb\n",
		CGROUP, "5:blkio:/\n4:memory:/\n3:cpuset:/\n2:cpu:/\n0::/\n", UNIFIED, "hugetlb\n");
}
END_TEST

START_TEST(swap_is_looked_for_on_both_versions)
{
	doctoring_finds(lx_cgroups_check_swap, "ok swap is counted by container\n", CGROUP,
		"4:memory:/\n", "sys/fs/cgroup/memory/memory.memsw.limit_in_bytes", "1\n");
	doctoring_finds(lx_cgroups_check_swap, "ok swap is counted by container\n", CGROUP,
		"0::/\n", V2, "memory\n", "sys/fs/cgroup/system.slice/memory.swap.max", "max\n");
	doctoring_finds(lx_cgroups_check_swap,
		"note swap is not counted by container: its use is shown as 0\n", CGROUP,
		"4:memory:/\n");
	doctoring_finds(lx_cgroups_check_swap, "", CGROUP, "4:cpu:/\n");
}
END_TEST

START_TEST(the_freezer_is_a_controller_or_a_file)
{
	doctoring_finds(
		lx_cgroups_check_freezer, "ok containers can be frozen\n", CGROUP, "4:freezer:/\n");
	doctoring_finds(lx_cgroups_check_freezer, "ok containers can be frozen\n", CGROUP, "0::/\n",
		"sys/fs/cgroup/init.scope/cgroup.freeze", "0\n");
	doctoring_finds(lx_cgroups_check_freezer,
		"note no cgroup.freeze: docker pause and the like do not work\n", CGROUP, "0::/\n");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_layout_is_told_by_the_hierarchies,
		v2_that_is_not_mounted_is_none,
		garbage_is_no_layout,
		each_controller_that_is_missing_says_what_it_costs,
		controllers_go_by_their_names_on_each_version,
		swap_is_looked_for_on_both_versions,
		the_freezer_is_a_controller_or_a_file,
		NULL,
	};

	return unit_suite_new("doctor/cgroups", tests);
}
