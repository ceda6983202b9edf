/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/report.h"

#include "unit.h"

#include <json-glib/json-glib.h>

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
	g_autoptr(JsonNode) root = json_from_string(text, NULL);
	JsonObject *object = json_node_get_object(root);
	JsonArray *list = json_object_get_array_member(object, "findings");
	JsonObject *last = json_array_get_object_element(list, 1);

	ck_assert_int_eq(json_object_get_int_member(object, "format"), 1);
	ck_assert_int_eq(json_object_get_int_member(object, "broken"), 1);
	ck_assert_int_eq(json_object_get_int_member(object, "warning"), 0);
	ck_assert_uint_eq(json_array_get_length(list), 2);
	ck_assert_str_eq(json_object_get_string_member(last, "text"), "a \"view\" is dead");
	ck_assert_str_eq(json_object_get_string_member(last, "cure"), "lxfs heal");
	ck_assert_str_eq(json_object_get_string_member(last, "severity"), "broken");
	ck_assert(json_object_get_null_member(json_array_get_object_element(list, 0), "cure"));
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
