/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listening.h"

#include "calls/proxy.h"
#include "calls/proxy_message.h"

#include <errno.h>
#include <sys/socket.h>

#define ROW 3
#define MESSAGE_BYTES (32 + sizeof(struct seccomp_notif) + sizeof(struct seccomp_notif_resp))

/* Whoever LXC's monitor is, with a container of one thread that calls sysinfo(2). */
typedef struct {
	LxContext *context;
	LxEstate *estate;
	LxListenerRow *row;
	UnitListener unit;
	struct seccomp_notif call; /* that the monitor has received */
	int monitor;
	int ours;
} Fixture;

/* It answers nothing: every call is the kernel's. */
static LxContext *host_only_context(void)
{
	LxSettings settings;
	LxContext *context;

	lx_settings_init(&settings);
	settings.host_only = true;
	context = lx_context_new(&settings, NULL);
	ck_assert(context != NULL);
	return context;
}

static void begin(Fixture *self)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	*self = (Fixture){
		.context = host_only_context(),
		.estate = lx_estate_new(1, 4096, NULL),
		.monitor = ends[0],
		.ours = ends[1],
	};
	self->row = &self->estate->listener_rows[ROW];
	ck_assert(unit_listener_init(&self->unit, true));
	ck_assert(lx_listener_receive(self->unit.fd, &self->call));
}

/* The call returns what the kernel says, once it has been answered. */
static void finish(Fixture *self)
{
	unit_listener_end(&self->unit);
	ck_assert_int_eq(self->unit.result, 0);
	close(self->unit.fd);
	close(self->monitor);
	close(self->ours);
	lx_estate_free(self->estate);
	lx_context_free(self->context);
}

/* `fd` goes with it; -1: none does. */
static void send_bytes(const Fixture *self, const char *bytes, size_t n, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS,
			     .cmsg_len = CMSG_LEN(sizeof(int))}};
	struct iovec part = {.iov_base = (char *)bytes, .iov_len = n};
	struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	if (fd >= 0) {
		packet.msg_control = control.bytes;
		packet.msg_controllen = sizeof control.bytes;
	}
	ck_assert_int_eq(sendmsg(self->monitor, &packet, MSG_NOSIGNAL), (ssize_t)n);
}

static void send_call(const Fixture *self, uint64_t id)
{
	char bytes[MESSAGE_BYTES] = {0};
	struct seccomp_notif call = self->call;

	call.id = id;
	bytes[16] = (char)sizeof call;
	bytes[18] = (char)sizeof(struct seccomp_notif_resp);
	bytes[20] = (char)sizeof(struct seccomp_data);
	memcpy(bytes + 32, &call, sizeof call);
	send_bytes(self, bytes, sizeof bytes, self->unit.fd);
}

static bool next(const Fixture *self)
{
	return lx_proxy_next(self->context, self->estate, ROW, self->ours);
}

static ssize_t receive(const Fixture *self, struct seccomp_notif_resp *out)
{
	char bytes[LX_PROXY_MESSAGE_MAX];
	ssize_t n = recv(self->monitor, bytes, sizeof bytes, MSG_DONTWAIT);

	if (n == (ssize_t)MESSAGE_BYTES)
		memcpy(out, bytes + 32 + sizeof(struct seccomp_notif), sizeof *out);
	return n;
}

static void is_empty(const Fixture *self)
{
	static const LxListenerRow empty;

	ck_assert_mem_eq(self->row->call, empty.call, sizeof empty.call);
	ck_assert_uint_eq(self->row->deaths, 0);
	ck_assert_uint_eq(atomic_load(&self->row->replied), 0);
}

/* Nothing was sent, nothing can be any more. */
static void has_ended(const Fixture *self)
{
	struct seccomp_notif_resp response;

	ck_assert_int_eq(receive(self, &response), 0);
	ck_assert_int_lt(send(self->monitor, "x", 1, MSG_NOSIGNAL), 0);
	ck_assert_int_eq(errno, EPIPE);
	is_empty(self);
}

static bool waits(const Fixture *self)
{
	return lx_listener_waits(self->unit.fd, self->call.id);
}

static void let_through(const Fixture *self)
{
	lx_listener_respond(self->unit.fd, &(struct seccomp_notif_resp){.id = self->call.id,
						   .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE});
}

START_TEST(a_message_is_replied_to_and_the_connection_goes_on)
{
	struct seccomp_notif_resp response = {0};
	Fixture fixture;

	begin(&fixture);
	ck_assert(next(&fixture)); /* there is none yet */
	send_call(&fixture, fixture.call.id);
	ck_assert(next(&fixture));
	ck_assert_int_eq(receive(&fixture, &response), (ssize_t)MESSAGE_BYTES);
	ck_assert_uint_eq(response.id, fixture.call.id);
	ck_assert_uint_eq(response.flags, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
	ck_assert(waits(&fixture)); /* for the monitor */
	is_empty(&fixture);
	ck_assert(next(&fixture));
	ck_assert_int_lt(receive(&fixture, &response), 0);
	let_through(&fixture);
	finish(&fixture);
}
END_TEST

START_TEST(what_a_predecessor_looked_at_is_answered)
{
	struct seccomp_notif_resp response = {0};
	Fixture fixture;

	begin(&fixture);
	send_call(&fixture, fixture.call.id);
	memcpy(fixture.row->call, &fixture.call, sizeof fixture.call);
	fixture.row->deaths = 2;
	ck_assert(next(&fixture));
	ck_assert_int_eq(receive(&fixture, &response), (ssize_t)MESSAGE_BYTES);
	is_empty(&fixture);
	let_through(&fixture);
	finish(&fixture);
}
END_TEST

START_TEST(what_may_have_been_replied_to_is_answered_on_the_listener_and_not_again)
{
	Fixture fixture;

	begin(&fixture);
	send_call(&fixture, fixture.call.id);
	memcpy(fixture.row->call, &fixture.call, sizeof fixture.call);
	atomic_store(&fixture.row->replied, 1);
	ck_assert(!next(&fixture));
	ck_assert(!waits(&fixture));
	has_ended(&fixture);
	finish(&fixture);
}
END_TEST

START_TEST(a_call_that_waits_for_nothing_any_more_is_not_replied_to)
{
	Fixture fixture;

	begin(&fixture);
	send_call(&fixture, fixture.call.id + 1000); /* given up by the monitor */
	send_call(&fixture, fixture.call.id);        /* the next one */
	ck_assert(!next(&fixture));
	ck_assert(!waits(&fixture));
	has_ended(&fixture);
	finish(&fixture);
}
END_TEST

START_TEST(garbage_ends_the_connection_and_nothing_else)
{
	Fixture fixture;

	begin(&fixture);
	send_bytes(&fixture, "garbage", 7, -1);
	send_bytes(&fixture, "garbage", 7, fixture.unit.fd);
	send_bytes(&fixture, "garbage", 7, STDIN_FILENO);
	send_call(&fixture, fixture.call.id);
	ck_assert(!next(&fixture));
	ck_assert(!waits(&fixture));
	has_ended(&fixture);
	finish(&fixture);
}
END_TEST

START_TEST(a_monitor_that_hangs_up_ends_it)
{
	Fixture fixture;

	begin(&fixture);
	send_call(&fixture, fixture.call.id);
	close(fixture.monitor);
	fixture.monitor = -1;
	ck_assert(!next(&fixture));
	ck_assert(!waits(&fixture)); /* the container lives on */
	is_empty(&fixture);
	finish(&fixture);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_message_is_replied_to_and_the_connection_goes_on,
		what_a_predecessor_looked_at_is_answered,
		what_may_have_been_replied_to_is_answered_on_the_listener_and_not_again,
		a_call_that_waits_for_nothing_any_more_is_not_replied_to,
		garbage_ends_the_connection_and_nothing_else,
		a_monitor_that_hangs_up_ends_it,
		NULL,
	};

	return unit_suite_new("calls/proxy", tests);
}
