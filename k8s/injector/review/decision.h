/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is to become of a pod: pure, from the review, the namespace's labels and the policy.
 *
 * Nothing in a pod is taken on trust, our own status annotation least of all: a view is there when
 * its volume and its mount are. So the second pass over a pod finds nothing to do, and a pass after
 * another webhook has added a container finds just that container.
 */
#pragma once

#include "review/pod.h"
#include "review/policy.h"
#include "review/reason.h"
#include "review/review.h"

typedef struct {
	LxInjectList list;
	unsigned index; /* in its list */
	JsonObject *json;
	const char *name;
	LxInjectViews mounted; /* when the patch is done */
	LxInjectViews added;   /* by the patch */
	LxInjectViews skipped[LX_INJECT_N_REASONS];
} LxInjectContainer;

typedef struct {
	LxInjectReason verdict;
	LxInjectViews wanted;
	LxInjectViews new_volumes;
	GArray *containers; /* of LxInjectContainer; empty when the verdict is about the pod */
	GPtrArray *notes;   /* of char *: what could not be made sense of, for warnings */
} LxInjectDecision;

/* The labels may be NULL: the namespace is not known. The decision borrows from the review. */
LxInjectDecision *lx_inject_decision_make(
	const LxInjectReview *review, JsonObject *namespace_labels, const LxInjectPolicy *policy);
void lx_inject_decision_free(LxInjectDecision *decision);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxInjectDecision, lx_inject_decision_free)

const LxInjectContainer *lx_inject_decision_container(
	const LxInjectDecision *decision, unsigned index);
/* Views that no container has, for this reason, in one set. */
LxInjectViews lx_inject_decision_skipped(const LxInjectDecision *decision, LxInjectReason reason);
/* Something new is mounted somewhere, or what is mounted lacks its volume. */
bool lx_inject_decision_adds(const LxInjectDecision *decision);
