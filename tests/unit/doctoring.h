/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One check of the doctor on a folder of files: what it finds, as text. */
#pragma once

#include "doctor/findings.h"
#include "doctor/patient.h"

#include "unit.h"

typedef void (*DoctoringCheck)(const LxPatient *patient, LxFindings *findings);

/* A line "SEVERITY TEXT" for each finding, for g_free. What is not ok must have a cure. */
static inline char *doctoring_lines(const LxFindings *findings)
{
	GString *lines = g_string_new(NULL);
	const LxFinding *finding;

	for (unsigned i = 0; (finding = lx_findings_at(findings, i)) != NULL; i++) {
		ck_assert_msg((finding->cure != NULL) == (finding->severity != LX_SEVERITY_OK),
			"\"%s\" and its cure do not fit", finding->text);
		g_string_append_printf(lines, "%s %s\n",
			lx_findings_severity_name(finding->severity), finding->text);
	}
	return g_string_free(lines, FALSE);
}

/* `files` as for unit_folder_new, the paths without a leading slash. */
static inline char *doctoring_find(DoctoringCheck check, const char *const *files)
{
	unit_autofolder root = unit_folder_new(files);
	g_autoptr(LxFindings) findings = lx_findings_new();
	const LxPatient patient = {.root = root,
		.runtime_dir = "/run/lxfs",
		.mountpoint = "/var/lib/lxfs",
		.settings_file = "/etc/lxfs/lxfs.conf",
		.limit_msec = 1000};

	check(&patient, findings);
	return doctoring_lines(findings);
}

#define doctoring_finds(check, expected, ...) \
	do { \
		g_autofree char *found = doctoring_find( \
			(check), (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL}); \
		ck_assert_str_eq(found, (expected)); \
	} while (0)
