/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a doctor says: a list of findings, each one line and, where something is amiss, the cure. */
#pragma once

#include "lxfs.h"

typedef enum {
	LX_SEVERITY_OK,
	LX_SEVERITY_NOTE,    /* works; worth knowing */
	LX_SEVERITY_WARNING, /* something is missing or goes without */
	LX_SEVERITY_BROKEN,  /* it does not work */
	LX_N_SEVERITIES
} LxSeverity;

typedef struct {
	LxSeverity severity;
	const char *area; /* of the check, as the next: both static */
	const char *check;
	char *text;
	char *cure; /* a command, or what to change where; NULL: nothing needs mending */
} LxFinding;

typedef struct LxFindings LxFindings;

LxFindings *lx_findings_new(void);
void lx_findings_free(LxFindings *findings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxFindings, lx_findings_free)

/* What is found from now on is of this check; both are borrowed for good. */
void lx_findings_begin(LxFindings *findings, const char *area, const char *check);

/* Adds one. `cure` is copied; NULL for none. */
void lx_findings_add(LxFindings *findings, LxSeverity severity, const char *cure,
	const char *format, ...) G_GNUC_PRINTF(4, 5);

/* In the order in which they were added; NULL at the end. */
const LxFinding *lx_findings_at(const LxFindings *findings, unsigned index);
unsigned lx_findings_count(const LxFindings *findings, LxSeverity severity);

/* "ok", "note", "warning", "broken". */
const char *lx_findings_severity_name(LxSeverity severity);
