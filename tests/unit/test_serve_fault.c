/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/fault.h"

#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/fuse.h>

#if LXFS_FAULTS
START_TEST(a_fault_names_point_request_and_count)
{
	static const struct {
		const char *text;
		LxFault expected;
	} rows[] = {
		{"mid-render:READ:1", {LX_FAULT_MID_RENDER, FUSE_READ, 1, false}},
		{"before-reply:ANY:40", {LX_FAULT_BEFORE_REPLY, 0, 40, false}},
		{"after-receive:POLL:3:crash", {LX_FAULT_AFTER_RECEIVE, FUSE_POLL, 3, true}},
		{"before-clear:INIT:0", {LX_FAULT_BEFORE_CLEAR, FUSE_INIT, 0, false}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxFault fault = {0};

		ck_assert_msg(lx_fault_parse(rows[i].text, &fault), "%s", rows[i].text);
		ck_assert_uint_eq(fault.point, rows[i].expected.point);
		ck_assert_uint_eq(fault.opcode, rows[i].expected.opcode);
		ck_assert_int_eq(fault.count, rows[i].expected.count);
		ck_assert_int_eq(fault.crash, rows[i].expected.crash);
	}
}
END_TEST

START_TEST(anything_else_is_no_fault)
{
	static const char *const rows[] = {"", "mid-render", "mid-render:READ",
		"mid-render:READ:", "mid-render:READ:x", "mid-render:READ:-1", "mid-render:read:1",
		"nowhere:READ:1", "mid-render:READ:1:bang", "mid-render:READ:1:crash:more",
		"mid-render:READ:99999999999"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxFault fault = {.count = 7};

		ck_assert_msg(!lx_fault_parse(rows[i], &fault), "%s", rows[i]);
		ck_assert_int_eq(fault.count, 7);
	}
}
END_TEST

static int status_of_a_child_at(LxEstate *estate, LxFaultPoint point)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		LxSeats seats;

		lx_seats_init(&seats);
		lx_seats_take(&seats, &estate->slots[0]);
		lx_fault_watch(estate, &seats);
		lx_fault_point(point);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(deaths_are_counted_over_all_workers)
{
	g_autoptr(LxEstate) estate = lx_estate_new(4, 4096, NULL);
	int status;

	setenv("LXFS_FAULT", "after-receive:ANY:2", 1);
	status = status_of_a_child_at(estate, LX_FAULT_BEFORE_REPLY);
	ck_assert(WIFEXITED(status));
	for (int i = 0; i < 2; i++) {
		status = status_of_a_child_at(estate, LX_FAULT_AFTER_RECEIVE);
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	status = status_of_a_child_at(estate, LX_FAULT_AFTER_RECEIVE);
	ck_assert(WIFEXITED(status));
}
END_TEST

START_TEST(other_requests_pass)
{
	g_autoptr(LxEstate) estate = lx_estate_new(4, 4096, NULL);
	struct fuse_in_header header = {.len = sizeof header, .opcode = FUSE_OPEN};
	int status;

	setenv("LXFS_FAULT", "after-receive:READ:1", 1);
	memcpy(estate->slots[0].request, &header, sizeof header);
	status = status_of_a_child_at(estate, LX_FAULT_AFTER_RECEIVE);
	ck_assert(WIFEXITED(status));
}
END_TEST
#else
START_TEST(without_the_option_a_point_is_nothing)
{
	setenv("LXFS_FAULT", "after-receive:ANY:1", 1);
	lx_fault_watch(NULL, NULL);
	for (int point = 0; point < LX_N_FAULTS; point++)
		lx_fault_point((LxFaultPoint)point);
}
END_TEST
#endif

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
#if LXFS_FAULTS
		a_fault_names_point_request_and_count,
		anything_else_is_no_fault,
		deaths_are_counted_over_all_workers,
		other_requests_pass,
#else
		without_the_option_a_point_is_nothing,
#endif
		NULL,
	};

	return unit_suite_new("serve/fault", tests);
}
