/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listening.h"

#include "calls/answer.h"

#include <linux/audit.h>
#if UNIT_HAVE_SECCOMP
#include <seccomp.h>
#endif

#if UNIT_HAVE_SECCOMP
/* AUDIT_ARCH_* are libseccomp's names for architectures, too, but for x32. */
typedef struct {
	uint32_t arch;
	uint32_t asked; /* of libseccomp */
	LxCallKind sysinfo;
	LxCallKind affinity;
} Numbers;

static LxCallKind expected_kind(const Numbers *numbers, int number)
{
	if (number == seccomp_syscall_resolve_name_arch(numbers->asked, "sysinfo"))
		return numbers->sysinfo;
	if (number == seccomp_syscall_resolve_name_arch(numbers->asked, "sched_getaffinity"))
		return numbers->affinity;
	return LX_CALL_UNKNOWN;
}

/* The kernel's own tables as libseccomp has them; the highest number is below 500 in all. */
START_TEST(only_sysinfo_and_sched_getaffinity_are_known_by_their_numbers_on_every_architecture)
{
	static const Numbers all[] = {
		{AUDIT_ARCH_X86_64, SCMP_ARCH_X86_64, LX_CALL_SYSINFO, LX_CALL_AFFINITY},
		{AUDIT_ARCH_X86_64, SCMP_ARCH_X32, LX_CALL_SYSINFO, LX_CALL_AFFINITY},
		{AUDIT_ARCH_I386, SCMP_ARCH_X86, LX_CALL_SYSINFO_NARROW, LX_CALL_UNKNOWN},
		{AUDIT_ARCH_AARCH64, SCMP_ARCH_AARCH64, LX_CALL_SYSINFO, LX_CALL_AFFINITY},
		{AUDIT_ARCH_ARM, SCMP_ARCH_ARM, LX_CALL_SYSINFO_NARROW, LX_CALL_UNKNOWN},
		{AUDIT_ARCH_RISCV64, SCMP_ARCH_RISCV64, LX_CALL_SYSINFO, LX_CALL_AFFINITY},
		{AUDIT_ARCH_S390X, SCMP_ARCH_S390X, LX_CALL_SYSINFO, LX_CALL_AFFINITY},
		{AUDIT_ARCH_S390, SCMP_ARCH_S390, LX_CALL_SYSINFO_NARROW, LX_CALL_UNKNOWN},
		{AUDIT_ARCH_PPC64LE, SCMP_ARCH_PPC64LE, LX_CALL_SYSINFO, LX_CALL_AFFINITY},
		{AUDIT_ARCH_MIPS, SCMP_ARCH_MIPS, LX_CALL_UNKNOWN, LX_CALL_UNKNOWN},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		for (int n = -1; n < 500; n++) {
			int number = all[i].asked == SCMP_ARCH_X32 ? 0x40000000 | n : n;
			const struct seccomp_data data = {.arch = all[i].arch, .nr = number};

			ck_assert_int_eq(lx_answer_kind(&data), expected_kind(&all[i], number));
		}
}
END_TEST
#endif

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
#if UNIT_HAVE_SECCOMP
		only_sysinfo_and_sched_getaffinity_are_known_by_their_numbers_on_every_architecture,
#endif
		a_thread_knows_itself_by_its_number_in_its_own_namespace,
		what_cannot_be_answered_goes_to_the_kernel,
		a_call_that_a_predecessor_left_is_answered,
		a_call_that_has_killed_two_workers_goes_to_the_kernel,
		NULL,
	};

	return unit_suite_new("calls/answer", tests);
}
