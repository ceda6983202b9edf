/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a doctor says: a list of findings. */
#include "doctor/findings.h"

struct LxFindings {
	GPtrArray *all;
	const char *area;
	const char *check;
};

static void finding_free(gpointer data)
{
	LxFinding *finding = data;

	g_free(finding->text);
	g_free(finding->cure);
	g_free(finding);
}

LxFindings *lx_findings_new(void)
{
	LxFindings *findings = g_new0(LxFindings, 1);

	findings->all = g_ptr_array_new_with_free_func(finding_free);
	findings->area = findings->check = "";
	return findings;
}

void lx_findings_free(LxFindings *findings)
{
	if (!findings)
		return;
	g_ptr_array_unref(findings->all);
	g_free(findings);
}

void lx_findings_begin(LxFindings *findings, const char *area, const char *check)
{
	findings->area = area;
	findings->check = check;
}

/* One line, whatever a container, a file or an error message has put into it. */
static char *one_line(char *text)
{
	g_autofree char *given = text;
	char *valid = g_utf8_make_valid(given, -1);

	for (char *at = valid; *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = ' ';
	return valid;
}

void lx_findings_add(
	LxFindings *findings, LxSeverity severity, const char *cure, const char *format, ...)
{
	LxFinding *finding = g_new0(LxFinding, 1);
	va_list arguments;

	va_start(arguments, format);
	finding->text = one_line(g_strdup_vprintf(format, arguments));
	va_end(arguments);
	finding->cure = cure ? one_line(g_strdup(cure)) : NULL;
	finding->severity = severity;
	finding->area = findings->area;
	finding->check = findings->check;
	g_ptr_array_add(findings->all, finding);
}

const LxFinding *lx_findings_at(const LxFindings *findings, unsigned index)
{
	return index < findings->all->len ? g_ptr_array_index(findings->all, index) : NULL;
}

unsigned lx_findings_count(const LxFindings *findings, LxSeverity severity)
{
	unsigned n = 0;

	for (unsigned i = 0; i < findings->all->len; i++)
		n += lx_findings_at(findings, i)->severity == severity;
	return n;
}

const char *lx_findings_severity_name(LxSeverity severity)
{
	static const char *const names[LX_N_SEVERITIES] = {"ok", "note", "warning", "broken"};

	return severity < LX_N_SEVERITIES ? names[severity] : "unknown";
}
