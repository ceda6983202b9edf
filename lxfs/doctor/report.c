/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings as text for people and as JSON for programs. */
#include "doctor/report.h"

#include <json-glib/json-glib.h>

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

static void add_member(JsonBuilder *builder, const char *name, const char *value)
{
	json_builder_set_member_name(builder, name);
	if (value)
		json_builder_add_string_value(builder, value);
	else
		json_builder_add_null_value(builder);
}

static void add_number(JsonBuilder *builder, const char *name, int64_t value)
{
	json_builder_set_member_name(builder, name);
	json_builder_add_int_value(builder, value);
}

static void add_finding(JsonBuilder *builder, const LxFinding *finding)
{
	json_builder_begin_object(builder);
	add_member(builder, "area", finding->area);
	add_member(builder, "check", finding->check);
	add_member(builder, "severity", lx_findings_severity_name(finding->severity));
	add_member(builder, "text", finding->text);
	add_member(builder, "cure", finding->cure);
	json_builder_end_object(builder);
}

static void add_all(JsonBuilder *builder, const LxFindings *findings)
{
	const LxFinding *finding;

	json_builder_begin_object(builder);
	add_number(builder, "format", FORMAT_VERSION);
	add_member(builder, "version", LXFS_VERSION);
	for (int severity = 0; severity < LX_N_SEVERITIES; severity++)
		add_number(builder, lx_findings_severity_name(severity),
			lx_findings_count(findings, severity));
	json_builder_set_member_name(builder, "findings");
	json_builder_begin_array(builder);
	for (unsigned i = 0; (finding = lx_findings_at(findings, i)) != NULL; i++)
		add_finding(builder, finding);
	json_builder_end_array(builder);
	json_builder_end_object(builder);
}

char *lx_report_json(const LxFindings *findings)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *json = NULL;

	add_all(builder, findings);
	root = json_builder_get_root(builder);
	json = json_to_string(root, TRUE);
	return g_strconcat(json, "\n", NULL);
}
