/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "calls/proxy_message.h"

#define CALL_AT 32
#define RESPONSE_AT (CALL_AT + 80)
#define LEAST (RESPONSE_AT + 24)

/* sysinfo(2) of a 64-bit caller, as LXC 5.0.2 sends it on x86_64; with room for more. */
static const char sent[LEAST + 64] = {
	[8] = 0x11,
	0x22,
	[12] = 0x33,
	0x22, /* pids */
	[16] = 80,
	[18] = 24,
	[20] = 64, /* sizes */
	[CALL_AT] = 7,
	[CALL_AT + 8] = 0x44,  /* id, caller */
	[CALL_AT + 16] = 99,   /* number of the call */
	[CALL_AT + 32] = 0x55, /* its first argument */
	[RESPONSE_AT] = 7,     /* id */
};

static bool parses(const char *bytes, size_t n)
{
	LxProxyMessage message;

	return lx_proxy_message_parse(bytes, n, &message);
}

static bool parses_with(size_t at, unsigned char value, size_t n)
{
	char changed[sizeof sent];

	memcpy(changed, sent, sizeof sent);
	changed[at] = (char)value;
	return parses(changed, n);
}

START_TEST(a_message_of_lxc_is_understood)
{
	LxProxyMessage message;

	ck_assert(lx_proxy_message_parse(sent, LEAST, &message));
	ck_assert_uint_eq(message.call.id, 7);
	ck_assert_uint_eq(message.call.pid, 0x44);
	ck_assert_int_eq(message.call.data.nr, 99);
	ck_assert_uint_eq(message.call.data.args[0], 0x55);
	ck_assert_uint_eq(message.response_at, RESPONSE_AT);
	ck_assert_uint_eq(message.reply_bytes, LEAST);
}
END_TEST

START_TEST(the_cookie_is_not_sent_back)
{
	char with_cookie[sizeof sent];
	LxProxyMessage message;

	memcpy(with_cookie, sent, sizeof sent);
	with_cookie[24] = 5;
	ck_assert(lx_proxy_message_parse(with_cookie, LEAST + 5, &message));
	ck_assert_uint_eq(message.reply_bytes, LEAST);
	ck_assert(!parses(with_cookie, LEAST + 4));
	ck_assert(!parses(with_cookie, LEAST + 6));
}
END_TEST

START_TEST(structs_of_a_later_kernel_may_be_longer)
{
	char longer[sizeof sent];
	LxProxyMessage message;

	memcpy(longer, sent, sizeof sent);
	longer[16] += 8;
	longer[18] += 16;
	ck_assert(lx_proxy_message_parse(longer, LEAST + 24, &message));
	ck_assert_uint_eq(message.response_at, RESPONSE_AT + 8);
	ck_assert_uint_eq(message.reply_bytes, LEAST + 24);
}
END_TEST

START_TEST(whatever_is_no_message_is_refused)
{
	ck_assert(!parses(sent, 0));
	for (size_t n = 1; n < LEAST; n++)
		ck_assert(!parses(sent, n));
	ck_assert(!parses(sent, LEAST + 1));
	ck_assert(!parses_with(0, 1, LEAST));       /* reserved */
	ck_assert(!parses_with(16, 79, LEAST - 1)); /* sizes */
	ck_assert(!parses_with(18, 23, LEAST - 1));
	ck_assert(!parses_with(20, 63, LEAST));
	ck_assert(!parses_with(17, 255, sizeof sent));
	ck_assert(!parses_with(31, 255, sizeof sent)); /* length of the cookie */
	ck_assert(!parses_with(CALL_AT, 0, LEAST));    /* a call without a number */
}
END_TEST

START_TEST(a_message_that_is_too_long_is_refused)
{
	g_autofree char *bytes = g_malloc0(LX_PROXY_MESSAGE_MAX + 1);
	const uint64_t cookie = LX_PROXY_MESSAGE_MAX - LEAST;

	memcpy(bytes, sent, LEAST);
	memcpy(bytes + 24, &cookie, sizeof cookie);
	ck_assert(parses(bytes, LX_PROXY_MESSAGE_MAX));
	memcpy(bytes + 24, &(uint64_t){cookie + 1}, sizeof cookie);
	ck_assert(!parses(bytes, LX_PROXY_MESSAGE_MAX + 1));
}
END_TEST

START_TEST(a_reply_is_the_message_with_the_response_filled_in)
{
	const struct seccomp_notif_resp response = {
		.id = 7, .error = -14, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
	struct seccomp_notif_resp told;
	LxProxyMessage message;
	char bytes[sizeof sent];

	memcpy(bytes, sent, sizeof sent);
	memset(bytes + RESPONSE_AT, 0xff, 24);
	ck_assert(lx_proxy_message_parse(bytes, LEAST, &message));
	lx_proxy_message_reply(bytes, &message, &response);
	ck_assert_mem_eq(bytes, sent, RESPONSE_AT);
	memcpy(&told, bytes + RESPONSE_AT, sizeof told);
	ck_assert_mem_eq(&told, &response, sizeof told);
	ck_assert_mem_eq(bytes + LEAST, sent + LEAST, sizeof sent - LEAST);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_message_of_lxc_is_understood,
		the_cookie_is_not_sent_back,
		structs_of_a_later_kernel_may_be_longer,
		whatever_is_no_message_is_refused,
		a_message_that_is_too_long_is_refused,
		a_reply_is_the_message_with_the_response_filled_in,
		NULL,
	};

	return unit_suite_new("calls/proxy_message", tests);
}
