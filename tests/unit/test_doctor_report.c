/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/report.h"

#include "oci/json.h"
#include "unit.h"

#include <string.h>

static LxFindings *two_findings(void)
{
	LxFindings *findings = lx_findings_new();

	lx_findings_begin(findings, "kernel", "fuse");
	lx_findings_add(findings, LX_SEVERITY_OK, NULL, "all is well");
	lx_findings_begin(findings, "mounts", "dead");
	lx_findings_add(findings, LX_SEVERITY_BROKEN, "lxfs heal", "a \"view\" is dead");
	return findings;
}

START_TEST(text_leaves_out_what_is_well)
{
	g_autoptr(LxFindings) findings = two_findings();
	g_autofree char *some = lx_report_text(findings, false);
	g_autofree char *all = lx_report_text(findings, true);
	const char *broken = "broken   mounts    a \"view\" is dead\n"
			     "                   to mend it: lxfs heal\n"
			     "1 broken, 0 warnings, 0 notes, 1 ok\n";
	g_autofree char *both = g_strconcat("ok       kernel    all is well\n", broken, NULL);

	ck_assert_str_eq(some, broken);
	ck_assert_str_eq(all, both);
}
END_TEST

START_TEST(json_has_everything)
{
	g_autoptr(LxFindings) findings = two_findings();
	g_autofree char *text = lx_report_json(findings);
	g_autoptr(GError) error = NULL;
	g_autoptr(json_object) object = lx_json_parse(text, strlen(text), &error);
	json_object *list, *last;

	unit_ok(object != NULL, error);
	list = lx_json_array(object, "findings");
	last = lx_json_object_at(list, 1);
	ck_assert_int_eq(lx_json_integer(object, "format"), 1);
	ck_assert_int_eq(lx_json_integer(object, "broken"), 1);
	ck_assert_int_eq(lx_json_integer(object, "ok"), 1);
	ck_assert_uint_eq(lx_json_length(list), 2);
	ck_assert_str_eq(lx_json_string(last, "text"), "a \"view\" is dead");
	ck_assert_str_eq(lx_json_string(last, "cure"), "lxfs heal");
	ck_assert_str_eq(lx_json_string(last, "severity"), "broken");
	ck_assert_ptr_nonnull(strstr(text, "\"warning\": 0"));
	ck_assert_ptr_nonnull(strstr(text, "\"text\": \"all is well\",\n      \"cure\": null\n"));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		text_leaves_out_what_is_well,
		json_has_everything,
		NULL,
	};

	return unit_suite_new("doctor/report", tests);
}
