/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings as text for people and as JSON for programs. Both are for g_free. */
#pragma once

#include "doctor/findings.h"

/* What is well is left out unless `all`. */
char *lx_report_text(const LxFindings *findings, bool all);
/* All of them: lxfs(1) has the format, which only ever grows. */
char *lx_report_json(const LxFindings *findings);
