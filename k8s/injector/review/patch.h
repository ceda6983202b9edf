/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The JSON Patch (RFC 6902) that carries a decision out: pure.
 *
 * It only ever appends. A map or a list is made where there is none; one that exists is never
 * replaced, so that fields nobody here knows, and what other webhooks did, stay as they are. Equal
 * input gives equal bytes.
 */
#pragma once

#include "review/decision.h"

/* For g_free; NULL: there is nothing to do. */
char *lx_inject_patch_make(const LxInjectReview *review, const LxInjectDecision *decision,
	const LxInjectPolicy *policy);
