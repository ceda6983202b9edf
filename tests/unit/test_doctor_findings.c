/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/findings.h"

#include "unit.h"

START_TEST(findings_keep_their_order_and_their_check)
{
	g_autoptr(LxFindings) findings = lx_findings_new();

	lx_findings_begin(findings, "kernel", "fuse");
	lx_findings_add(findings, LX_SEVERITY_OK, NULL, "%d is well", 1);
	lx_findings_begin(findings, "mounts", "dead");
	lx_findings_add(findings, LX_SEVERITY_BROKEN, "lxfs heal", "two");
	ck_assert_str_eq(lx_findings_at(findings, 0)->text, "1 is well");
	ck_assert_str_eq(lx_findings_at(findings, 0)->area, "kernel");
	ck_assert_ptr_null(lx_findings_at(findings, 0)->cure);
	ck_assert_str_eq(lx_findings_at(findings, 1)->check, "dead");
	ck_assert_str_eq(lx_findings_at(findings, 1)->cure, "lxfs heal");
	ck_assert_ptr_null(lx_findings_at(findings, 2));
}
END_TEST

START_TEST(severities_are_counted)
{
	g_autoptr(LxFindings) findings = lx_findings_new();

	lx_findings_add(findings, LX_SEVERITY_NOTE, "x", "a");
	lx_findings_add(findings, LX_SEVERITY_NOTE, "x", "b");
	ck_assert_uint_eq(lx_findings_count(findings, LX_SEVERITY_NOTE), 2);
	ck_assert_uint_eq(lx_findings_count(findings, LX_SEVERITY_BROKEN), 0);
}
END_TEST

/* A path that a container chose may hold an end of line, an escape sequence or no UTF-8. */
START_TEST(a_finding_is_one_line_of_text)
{
	g_autoptr(LxFindings) findings = lx_findings_new();

	lx_findings_add(findings, LX_SEVERITY_NOTE, "a\nb", "x\n\x1b[31m\xff");
	ck_assert_str_eq(lx_findings_at(findings, 0)->text, "x  [31m\xef\xbf\xbd");
	ck_assert_str_eq(lx_findings_at(findings, 0)->cure, "a b");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		findings_keep_their_order_and_their_check,
		severities_are_counted,
		a_finding_is_one_line_of_text,
		NULL,
	};

	return unit_suite_new("doctor/findings", tests);
}
