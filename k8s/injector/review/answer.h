/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The AdmissionReview that goes back to the API server: pure. A pod is always allowed. */
#pragma once

#include "review/decision.h"

/* For g_free. */
char *lx_inject_answer_make(const LxInjectReview *review, const LxInjectDecision *decision,
	const LxInjectPolicy *policy);
