/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listening.h"

#include <errno.h>
#include <poll.h>

START_TEST(a_listener_is_told_from_everything_else)
{
	UnitListener unit;
	int ends[2];

	ck_assert(unit_listener_init(&unit, false));
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert(lx_listener_is(unit.fd));
	ck_assert(!lx_listener_is(ends[0]));
	ck_assert(!lx_listener_is(-1));
	unit_listener_end(&unit);
	ck_assert(lx_listener_is(unit.fd));
	close(unit.fd);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(a_call_is_received_and_answered)
{
	UnitListener unit;
	struct seccomp_notif call;

	ck_assert(unit_listener_init(&unit, true));
	ck_assert(lx_listener_receive(unit.fd, &call));
	ck_assert_int_eq(call.data.nr, SYS_sysinfo);
	ck_assert(lx_listener_waits(unit.fd, call.id));
	lx_listener_respond(unit.fd, &(struct seccomp_notif_resp){.id = call.id, .error = -EFAULT});
	unit_listener_end(&unit);
	ck_assert_int_eq(unit.result, -1);
	ck_assert_int_eq(unit.code, EFAULT);
	ck_assert(!lx_listener_waits(unit.fd, call.id));
	close(unit.fd);
}
END_TEST

START_TEST(a_call_is_let_through_to_the_kernel)
{
	UnitListener unit;
	struct seccomp_notif call;

	ck_assert(unit_listener_init(&unit, true));
	ck_assert(lx_listener_receive(unit.fd, &call));
	lx_listener_respond(unit.fd, &(struct seccomp_notif_resp){.id = call.id,
					     .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE});
	unit_listener_end(&unit);
	ck_assert_int_eq(unit.result, 0);
	close(unit.fd);
}
END_TEST

START_TEST(a_listener_hangs_up_when_nobody_is_left)
{
	UnitListener unit;
	struct pollfd source;

	ck_assert(unit_listener_init(&unit, false));
	source = (struct pollfd){.fd = unit.fd};
	ck_assert_int_eq(poll(&source, 1, 0), 0);
	unit_listener_end(&unit);
	ck_assert_int_eq(poll(&source, 1, 20000), 1);
	ck_assert(source.revents & POLLHUP);
	close(unit.fd);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_listener_is_told_from_everything_else,
		a_call_is_received_and_answered,
		a_call_is_let_through_to_the_kernel,
		a_listener_hangs_up_when_nobody_is_left,
		NULL,
	};

	return unit_suite_new("calls/listener", tests);
}
