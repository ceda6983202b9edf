/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "calls/monitor.h"

#include <sys/socket.h>
#include <unistd.h>

START_TEST(a_connection_is_told_from_everything_else)
{
	int packets[2], streams[2];
	int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, packets), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, streams), 0);
	ck_assert_int_eq(bind(listener, &(struct sockaddr){AF_UNIX}, sizeof(sa_family_t)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert(lx_monitor_is(packets[0]));
	ck_assert(!lx_monitor_is(streams[0]));
	ck_assert(!lx_monitor_is(listener));
	ck_assert(!lx_monitor_is(STDIN_FILENO));
	ck_assert(!lx_monitor_is(-1));
	for (int i = 0; i < 2; i++) {
		close(packets[i]);
		close(streams[i]);
	}
	close(listener);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_connection_is_told_from_everything_else,
		NULL,
	};

	return unit_suite_new("calls/monitor", tests);
}
