/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listening.h"

#include "calls/answer.h"

#include <linux/audit.h>

START_TEST(only_sysinfo_and_sched_getaffinity_are_known)
{
#if defined(__x86_64__)
	static const struct {
		uint32_t arch;
		int number;
		LxCallKind kind;
	} rows[] = {
		{AUDIT_ARCH_X86_64, 99, LX_CALL_SYSINFO},
		{AUDIT_ARCH_X86_64, 0x40000000 | 99, LX_CALL_SYSINFO},
		{AUDIT_ARCH_I386, 116, LX_CALL_SYSINFO_NARROW},
		{AUDIT_ARCH_X86_64, 204, LX_CALL_AFFINITY},
		{AUDIT_ARCH_X86_64, 203, LX_CALL_UNKNOWN},
		{AUDIT_ARCH_I386, 242, LX_CALL_UNKNOWN},
		{AUDIT_ARCH_I386, 99, LX_CALL_UNKNOWN},
		{AUDIT_ARCH_X86_64, 116, LX_CALL_UNKNOWN},
		{AUDIT_ARCH_X86_64, -1, LX_CALL_UNKNOWN},
		{0, -1, LX_CALL_UNKNOWN},
		{AUDIT_ARCH_AARCH64, 179, LX_CALL_UNKNOWN},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct seccomp_data data = {.arch = rows[i].arch, .nr = rows[i].number};

		ck_assert_int_eq(lx_answer_kind(&data), rows[i].kind);
	}
#endif
}
END_TEST

START_TEST(a_thread_knows_itself_by_its_number_in_its_own_namespace)
{
	static const struct {
		const char *status;
		pid_t number;
		bool is_own;
	} rows[] = {
		{"Name:\tx\nNSpid:\t4711\t17\nNSpgid:\t1\t1\n", 17, true},
		{"Name:\tx\nNSpid:\t4711\t17\nNSpgid:\t1\t1\n", 4711, false},
		{"Name:\tx\nNSpid:\t4711\t17\nNSpgid:\t1\t1\n", 1, false},
		{"Name:\tx\nNSpid:\t4711\t17\t3", 3, true},
		{"Name:\tx\nNSpid:\t4711\n", 4711, true},
		{"Name:\tx\nNSpid:\t0\n", 0, false},
		{"Name:\tx\nNSpid:\t-5\n", -5, false},
		{"Name:\tx\nNSpid:\t99999999999999999999999\n", -1, false},
		{"Name:\tNSpid:\t17\n", 17, false},
		{"Name:\tx\nNSpid:\n17\t17\n", 17, false},
		{"Name:\tx\nNSpid:", 17, false},
		{"", 17, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		ck_assert_msg(
			lx_answer_is_own_number(rows[i].status, rows[i].number) == rows[i].is_own,
			"row %zu", i);
}
END_TEST

/* Without a context nothing is known of any caller. */
static LxContext *host_only_context(void)
{
	LxSettings settings;
	g_autoptr(GError) error = NULL;
	LxContext *context;

	lx_settings_init(&settings);
	settings.host_only = true;
	context = lx_context_new(&settings, &error);
	ck_assert_msg(context != NULL, "%s", error ? error->message : "");
	return context;
}

static void answers(uint32_t deaths, bool left_by_predecessor)
{
	g_autoptr(LxContext) context = host_only_context();
	g_autoptr(LxEstate) estate = lx_estate_new(1, 4096, NULL);
	UnitListener unit;
	LxListenerRow *row = &estate->listener_rows[3];
	const struct seccomp_notif *call = (const void *)row->call;

	ck_assert(unit_listener_init(&unit, true));
	row->deaths = deaths;
	if (left_by_predecessor)
		ck_assert(lx_listener_receive(unit.fd, (void *)row->call));
	lx_answer_next(context, estate, 3, unit.fd);
	unit_listener_end(&unit);
	ck_assert_int_eq(unit.result, 0);
	ck_assert_uint_eq(call->id, 0);
	ck_assert_uint_eq(row->deaths, 0);
	ck_assert_uint_eq(estate->header->calls[LX_CALL_SYSINFO][LX_CALL_CONTINUED], 1);
	close(unit.fd);
}

START_TEST(what_cannot_be_answered_goes_to_the_kernel)
{
	answers(0, false);
}
END_TEST

START_TEST(a_call_that_a_predecessor_left_is_answered)
{
	answers(0, true);
}
END_TEST

START_TEST(a_call_that_has_killed_two_workers_goes_to_the_kernel)
{
	answers(2, true);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		only_sysinfo_and_sched_getaffinity_are_known,
		a_thread_knows_itself_by_its_number_in_its_own_namespace,
		what_cannot_be_answered_goes_to_the_kernel,
		a_call_that_a_predecessor_left_is_answered,
		a_call_that_has_killed_two_workers_goes_to_the_kernel,
		NULL,
	};

	return unit_suite_new("calls/answer", tests);
}
