/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/kernel.h"

#include "doctoring.h"

#include <errno.h>

START_TEST(a_missing_feature_costs_what_its_row_says)
{
	static const LxFeature feature = {
		"magic(2)", "wonders", LX_SEVERITY_WARNING, "boot a newer kernel", NULL};
	g_autoptr(LxFindings) findings = lx_findings_new();
	g_autofree char *lines = NULL;

	lx_kernel_judge(&feature, 0, findings);
	lx_kernel_judge(&feature, ENOSYS, findings);
	lines = doctoring_lines(findings);
	ck_assert_str_eq(lines, "ok magic(2) is there\n"
				"warning no magic(2) (Function not implemented), for wonders\n");
	ck_assert_str_eq(lx_findings_at(findings, 1)->cure, "boot a newer kernel");
}
END_TEST

START_TEST(fuse_is_in_the_list_of_file_systems)
{
	doctoring_finds(lx_kernel_check_fuse, "ok the kernel has FUSE\n", "proc/filesystems",
		"nodev\tsysfs\nnodev\tfuse\n\text4\n");
	doctoring_finds(lx_kernel_check_fuse,
		"broken the kernel has no FUSE, or has not loaded it\n", "proc/filesystems",
		"nodev\tsysfs\nnodev\tfusectl\n\tfuseblk\n");
	doctoring_finds(
		lx_kernel_check_fuse, "broken the kernel has no FUSE, or has not loaded it\n");
}
END_TEST

START_TEST(pressure_that_is_not_counted_is_noted)
{
	doctoring_finds(lx_kernel_check_pressure, "ok pressure is counted\n",
		"proc/pressure/memory", "some avg10=0.00\n");
	doctoring_finds(lx_kernel_check_pressure,
		"note pressure is not counted: containers have no proc/pressure\n");
	doctoring_finds(lx_kernel_check_pressure,
		"note pressure is not counted: containers have no proc/pressure\n",
		"proc/pressure/memory", "");
}
END_TEST

START_TEST(user_namespaces_may_be_absent_or_switched_off)
{
#define MOST "proc/sys/user/max_user_namespaces"
	doctoring_finds(lx_kernel_check_user_namespaces, "ok user namespaces can be made\n", MOST,
		"96192\n");
	doctoring_finds(lx_kernel_check_user_namespaces,
		"note user namespaces are switched off: rootless containers cannot run\n", MOST,
		"0\n");
	doctoring_finds(lx_kernel_check_user_namespaces,
		"note no user namespaces: rootless containers cannot run\n");
}
END_TEST

START_TEST(a_captured_host_is_not_asked_for_system_calls)
{
	doctoring_finds(lx_kernel_check_calls, "");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_missing_feature_costs_what_its_row_says,
		fuse_is_in_the_list_of_file_systems,
		pressure_that_is_not_counted_is_noted,
		user_namespaces_may_be_absent_or_switched_off,
		a_captured_host_is_not_asked_for_system_calls,
		NULL,
	};

	return unit_suite_new("doctor/kernel", tests);
}
