/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a pod as a whole is left alone, and why. */
#pragma once

#include "review/policy.h"
#include "review/reason.h"
#include "review/review.h"

/*
 * The first reason, in the order of LxInjectReason, to leave the pod alone; LX_INJECT_INJECTED when
 * there is none. The labels may be NULL: the namespace is not known.
 */
LxInjectReason lx_inject_pod_verdict_find(
	const LxInjectReview *review, JsonObject *namespace_labels, const LxInjectPolicy *policy);

/* The answer can depend on the namespace's labels: they are worth asking for. */
bool lx_inject_pod_verdict_needs_namespace(
	const LxInjectReview *review, const LxInjectPolicy *policy);
