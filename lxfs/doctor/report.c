/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings as text for people and as JSON for programs. */
#include "doctor/report.h"

#include "oci/json.h"

#define FORMAT_VERSION 1

/* ---- Text -------------------------------------------------------------------------------- */

static void add_summary(const LxFindings *findings, GString *text)
{
	g_string_append_printf(text, "%u broken, %u warnings, %u notes, %u ok\n",
		lx_findings_count(findings, LX_SEVERITY_BROKEN),
		lx_findings_count(findings, LX_SEVERITY_WARNING),
		lx_findings_count(findings, LX_SEVERITY_NOTE),
		lx_findings_count(findings, LX_SEVERITY_OK));
}

char *lx_report_text(const LxFindings *findings, bool all)
{
	GString *text = g_string_new(NULL);
	const LxFinding *finding;

	for (unsigned i = 0; (finding = lx_findings_at(findings, i)) != NULL; i++) {
		if (finding->severity == LX_SEVERITY_OK && !all)
			continue;
		g_string_append_printf(text, "%-8s %-9s %s\n",
			lx_findings_severity_name(finding->severity), finding->area, finding->text);
		if (finding->cure)
			g_string_append_printf(text, "%18s to mend it: %s\n", "", finding->cure);
	}
	add_summary(findings, text);
	return g_string_free(text, FALSE);
}

/* ---- JSON -------------------------------------------------------------------------------- */

static void add_number(json_object *to, const char *name, int64_t number)
{
	json_object_object_add(to, name, json_object_new_int64(number));
}

static json_object *new_finding(const LxFinding *finding)
{
	json_object *object = json_object_new_object();

	lx_json_add_text(object, "area", finding->area);
	lx_json_add_text(object, "check", finding->check);
	lx_json_add_text(object, "severity", lx_findings_severity_name(finding->severity));
	lx_json_add_text(object, "text", finding->text);
	lx_json_add_text(object, "cure", finding->cure);
	return object;
}

static json_object *new_list(const LxFindings *findings)
{
	json_object *list = json_object_new_array();
	const LxFinding *finding;

	for (unsigned i = 0; (finding = lx_findings_at(findings, i)) != NULL; i++)
		json_object_array_add(list, new_finding(finding));
	return list;
}

char *lx_report_json(const LxFindings *findings)
{
	g_autoptr(json_object) root = json_object_new_object();

	add_number(root, "format", FORMAT_VERSION);
	lx_json_add_text(root, "version", LXFS_VERSION);
	for (int severity = 0; severity < LX_N_SEVERITIES; severity++)
		add_number(root, lx_findings_severity_name(severity),
			lx_findings_count(findings, severity));
	json_object_object_add(root, "findings", new_list(findings));
	return lx_json_page(root);
}
