/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "oci/profile.h"

#include <errno.h>

#define RULE "{\"names\":[\"sysinfo\"],\"action\":\"SCMP_ACT_NOTIFY\"}"
#define ALLOW(names) "{\"names\":[" names "],\"action\":\"SCMP_ACT_ALLOW\"}"
#define SECCOMP(text) "{\"linux\":{\"seccomp\":{" text "}},\"n\":18446744073709551615}"
#define DENY "\"defaultAction\":\"SCMP_ACT_ERRNO\""

static LxProfile parse(const char *text, LxProfileCalls calls)
{
	g_autoptr(GError) error = NULL;
	LxProfile profile;

	unit_ok(lx_profile_parse(text, strlen(text), calls, &profile, &error), error);
	return profile;
}

START_TEST(a_profile_is_judged_by_what_it_does_with_sysinfo)
{
	static const struct {
		const char *text;
		LxProfile profile;
	} rows[] = {
		{"{}", LX_PROFILE_NONE},
		{"{\"linux\":{}}", LX_PROFILE_NONE},
		{"{\"linux\":{\"seccomp\":null}}", LX_PROFILE_NONE},
		{SECCOMP(""), LX_PROFILE_DENIES},
		{SECCOMP(DENY), LX_PROFILE_DENIES},
		{SECCOMP("\"defaultAction\":\"SCMP_ACT_ALLOW\""), LX_PROFILE_ALLOWS},
		{SECCOMP("\"defaultAction\":\"SCMP_ACT_LOG\""), LX_PROFILE_ALLOWS},
		{SECCOMP("\"defaultAction\":\"SCMP_ACT_NOTIFY\""), LX_PROFILE_NOTIFIES},
		{SECCOMP("\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/x\""),
			LX_PROFILE_NOTIFIES},
		{SECCOMP(DENY ",\"syscalls\":[" ALLOW("\"read\",\"sysinfo\"") "]"),
			LX_PROFILE_ALLOWS},
		{SECCOMP(DENY ",\"syscalls\":[" ALLOW("\"read\"") "]"), LX_PROFILE_DENIES},
		{SECCOMP(DENY
			 ",\"syscalls\":[{\"names\":[\"sysinfo\"],\"action\":\"SCMP_ACT_ALLOW\","
			 "\"args\":[{\"index\":0}]}," ALLOW("\"sysinfo\"") "]"),
			LX_PROFILE_DENIES},
		{SECCOMP("\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":["
			 "\"sysinfo\"],"
			 "\"action\":\"SCMP_ACT_KILL\"}]"),
			LX_PROFILE_DENIES},
		{SECCOMP(DENY
			 ",\"syscalls\":[" ALLOW("\"sysinfo\"") ",{\"names\":[\"mount\"],"
								"\"action\":\"SCMP_ACT_NOTIFY\"}]"),
			LX_PROFILE_NOTIFIES},
		{SECCOMP(DENY ",\"syscalls\":[1,null,{}]"), LX_PROFILE_DENIES},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		ck_assert_msg(parse(rows[i].text, LX_PROFILE_SYSINFO) == rows[i].profile, "%s",
			rows[i].text);
}
END_TEST

START_TEST(the_rule_comes_first_and_nothing_else_changes)
{
	g_autoptr(GError) error = NULL;
	const char *text = SECCOMP(DENY ",\"syscalls\":[" ALLOW("\"sysinfo\"") "]");
	g_autofree char *got =
		lx_profile_with_rule(text, strlen(text), LX_PROFILE_SYSINFO, "/run/x/\"s", &error);

	unit_ok(got != NULL, error);
	ck_assert_str_eq(got, SECCOMP(DENY ",\"syscalls\":[" RULE "," ALLOW(
				      "\"sysinfo\"") "],\"listenerPath\":\"/run/x/\\\"s\""));
	ck_assert(lx_profile_is_ours(got, strlen(got), "/run/x/\"s"));
	ck_assert(!lx_profile_is_ours(text, strlen(text), "/run/x/\"s"));
}
END_TEST

START_TEST(one_rule_is_for_both_calls_if_both_are_allowed)
{
	g_autoptr(GError) error = NULL;
	const char *both =
		SECCOMP(DENY ",\"syscalls\":[" ALLOW("\"sched_getaffinity\",\"sysinfo\"") "]");
	const char *one = SECCOMP(DENY ",\"syscalls\":[" ALLOW("\"sysinfo\"") "]");
	g_autofree char *got =
		lx_profile_with_rule(both, strlen(both), LX_PROFILE_AFFINITY, "/s", &error);

	unit_ok(got != NULL, error);
	ck_assert_ptr_nonnull(strstr(got, "[{\"names\":[\"sysinfo\",\"sched_getaffinity\"],"
					  "\"action\":\"SCMP_ACT_NOTIFY\"},"));
	ck_assert_int_eq(parse(one, LX_PROFILE_SYSINFO), LX_PROFILE_ALLOWS);
	ck_assert_int_eq(parse(one, LX_PROFILE_AFFINITY), LX_PROFILE_DENIES);
	ck_assert_ptr_null(
		lx_profile_with_rule(one, strlen(one), LX_PROFILE_AFFINITY, "/s", &error));
	ck_assert_int_eq(lx_error_code(error), EPERM);
}
END_TEST

START_TEST(a_profile_that_allows_everything_gains_its_first_rule)
{
	g_autoptr(GError) error = NULL;
	const char *text = SECCOMP("\"defaultAction\":\"SCMP_ACT_ALLOW\"");
	g_autofree char *got =
		lx_profile_with_rule(text, strlen(text), LX_PROFILE_SYSINFO, "/s", &error);

	unit_ok(got != NULL, error);
	ck_assert_str_eq(got, SECCOMP("\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" RULE
				      "],\"listenerPath\":\"/s\""));
}
END_TEST

START_TEST(a_container_without_a_profile_gets_one_that_allows_everything_else)
{
	static const char *const texts[] = {
		"{}", "{\"linux\":{\"seccomp\":null}}", "{\"linux\":null}"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *got = lx_profile_with_rule(
			texts[i], strlen(texts[i]), LX_PROFILE_SYSINFO, "/s", &error);

		unit_ok(got != NULL, error);
		ck_assert_ptr_nonnull(strstr(got, "\"defaultAction\":\"SCMP_ACT_ALLOW\""));
		ck_assert_ptr_nonnull(strstr(got, "\"listenerPath\":\"/s\",\"syscalls\":[" RULE));
#if defined(__x86_64__)
		ck_assert_ptr_nonnull(strstr(got, "\"SCMP_ARCH_X86\""));
#endif
	}
}
END_TEST

START_TEST(what_notifies_or_denies_is_left_alone)
{
	static const struct {
		const char *text;
		int code;
	} rows[] = {
		{SECCOMP("\"defaultAction\":\"SCMP_ACT_NOTIFY\""), EBUSY},
		{SECCOMP(DENY), EPERM},
		{"{\"linux\":{\"seccomp\":1}}", EEXIST},
		{"{\"linux\":1}", EINVAL},
		{SECCOMP("\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":1"), EINVAL},
		{SECCOMP("\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"\""), EEXIST},
		{"{", EINVAL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		ck_assert_ptr_null(lx_profile_with_rule(
			rows[i].text, strlen(rows[i].text), LX_PROFILE_SYSINFO, "/s", &error));
		ck_assert_msg(lx_error_code(error) == rows[i].code, "%s: %s", rows[i].text,
			error->message);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_profile_is_judged_by_what_it_does_with_sysinfo,
		the_rule_comes_first_and_nothing_else_changes,
		one_rule_is_for_both_calls_if_both_are_allowed,
		a_profile_that_allows_everything_gains_its_first_rule,
		a_container_without_a_profile_gets_one_that_allows_everything_else,
		what_notifies_or_denies_is_left_alone,
		NULL,
	};

	return unit_suite_new("oci/profile", tests);
}
