/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a decision is told as: the status annotation, warnings, audit annotations. Pure. */
#pragma once

#include "review/decision.h"

/* The value of lxfs.io/status, for g_free; NULL: the pod gets none. */
char *lx_inject_status_annotation(const LxInjectDecision *decision, const LxInjectPolicy *policy);

/* One line each, at most 120 characters and 8 lines; empty when there is nothing to warn of. */
GStrv lx_inject_status_warnings(const LxInjectDecision *decision);

/* "app: own-mount proc/meminfo; ..." for the audit log, for g_free; "" when nothing is skipped. */
char *lx_inject_status_skips(const LxInjectDecision *decision);
