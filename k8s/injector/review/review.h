/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An AdmissionReview as the API server sends it: parsed, and nothing decided. */
#pragma once

#include "json.h"

typedef struct {
	JsonNode *root;
	/* All borrowed from root. */
	const char *uid;
	const char *operation;      /* "" when it is not said */
	const char *subresource;    /* likewise */
	const char *namespace_name; /* likewise */
	const char *name;           /* the pod's, or what its name will begin with */
	bool dry_run;
	bool is_pod;
	JsonObject *pod; /* NULL: there is no object */
	JsonObject *old; /* NULL: there was no object */
} LxInjectReview;

/*
 * EINVAL: not JSON, not an AdmissionReview of admission.k8s.io/v1, or without a request or its uid.
 * An unknown member is no error. Safe on hostile text.
 */
LxInjectReview *lx_inject_review_parse(
	const char *text, size_t size, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lx_inject_review_free(LxInjectReview *review);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxInjectReview, lx_inject_review_free)
