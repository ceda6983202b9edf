/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/control.h"

#include "unit.h"

START_TEST(files_that_move_processes_or_act_on_the_host_are_known)
{
	static const struct {
		const char *name;
		LxControl control;
		bool acts;
	} rows[] = {
		{"cgroup.procs", LX_CONTROL_PROCESSES, false},
		{"cgroup.threads", LX_CONTROL_THREADS, false},
		{"tasks", LX_CONTROL_THREADS, false},
		{"release_agent", LX_CONTROL_REFUSED, false},
		{"cgroup.event_control", LX_CONTROL_REFUSED, false},
		{"cgroup.kill", LX_CONTROL_PLAIN, true},
		{"memory.reclaim", LX_CONTROL_PLAIN, true},
		{"memory.pressure", LX_CONTROL_TRIGGER, false},
		{"cgroup.pressure", LX_CONTROL_PLAIN, false},
		{"memory.max", LX_CONTROL_PLAIN, false},
		{"cgroup.procs2", LX_CONTROL_PLAIN, false},
		{"", LX_CONTROL_PLAIN, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		ck_assert_int_eq(lx_control_of(rows[i].name), rows[i].control);
		ck_assert_int_eq(lx_control_acts(rows[i].name), rows[i].acts);
	}
}
END_TEST

static void check_given(const char *folder, bool reclaim)
{
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	LxDelegation delegation = {0};

	lx_delegation_init(&delegation, root);
	ck_assert(lx_delegation_has(&delegation, true, "cgroup.procs"));
	ck_assert_int_eq(lx_delegation_has(&delegation, true, "memory.reclaim"), reclaim);
	ck_assert(!lx_delegation_has(&delegation, true, "memory.max"));
	ck_assert(!lx_delegation_has(&delegation, true, ""));
	ck_assert(lx_delegation_has(&delegation, false, "tasks"));
	ck_assert(!lx_delegation_has(&delegation, false, "memory.limit_in_bytes"));
	lx_delegation_clear(&delegation);
}

START_TEST(what_the_kernel_gives_away_is_the_containers)
{
	static const char *const files[] = {
		"sys/kernel/cgroup/delegate", "cgroup.procs\nmemory.reclaim\n", NULL};
	static const char *const none[] = {"sys/other", "", NULL};
	unit_autofolder folder = unit_folder_new(files);
	unit_autofolder silent = unit_folder_new(none);

	check_given(folder, true);
	check_given(silent, false);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {files_that_move_processes_or_act_on_the_host_are_known,
		what_the_kernel_gives_away_is_the_containers, NULL};

	return unit_suite_new("cgroup/control", tests);
}
