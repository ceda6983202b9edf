/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An AdmissionReview as the API server sends it: parsed, and nothing decided. */
#include "review/review.h"

#include <errno.h>
#include <string.h>

#define API_VERSION "admission.k8s.io/v1"
#define UID_BYTES_MAX 256 /* it is a UUID; it comes back in the answer */

static const char *string_or_empty(JsonObject *object, const char *member)
{
	const char *value = lx_inject_json_string(object, member);

	return value ? value : "";
}

static bool check_type(JsonObject *root, GError **error)
{
	const char *kind = string_or_empty(root, "kind");
	const char *version = string_or_empty(root, "apiVersion");

	if (strcmp(kind, "AdmissionReview") != 0) {
		lx_error_set(error, EINVAL,
			"reading a review: its kind is \"%.64s\", not AdmissionReview", kind);
		return false;
	}
	if (strcmp(version, API_VERSION) != 0) {
		lx_error_set(error, EINVAL,
			"reading a review: its apiVersion is \"%.64s\"; only " API_VERSION
			" is spoken here: set admissionReviewVersions: [v1]",
			version);
		return false;
	}
	return true;
}

static JsonObject *find_request(JsonNode *node, GError **error)
{
	JsonObject *request;

	if (!JSON_NODE_HOLDS_OBJECT(node)) {
		lx_error_set(error, EINVAL, "reading a review: it is no JSON object");
		return NULL;
	}
	if (!check_type(json_node_get_object(node), error))
		return NULL;
	request = lx_inject_json_object(json_node_get_object(node), "request");
	if (!request) {
		lx_error_set(error, EINVAL, "reading a review: it has no request");
		return NULL;
	}
	if (strlen(string_or_empty(request, "uid")) - 1 < UID_BYTES_MAX)
		return request;
	lx_error_set(error, EINVAL, "reading a review: its request has no uid");
	return NULL;
}

static bool is_pod(JsonObject *request)
{
	JsonObject *kind = lx_inject_json_object(request, "kind");

	return *string_or_empty(kind, "group") == '\0' &&
	       strcmp(string_or_empty(kind, "version"), "v1") == 0 &&
	       strcmp(string_or_empty(kind, "kind"), "Pod") == 0;
}

/* The pods of a controller have no name yet when they are reviewed. */
static const char *name_of(JsonObject *request, JsonObject *pod)
{
	JsonObject *metadata = lx_inject_json_object(pod, "metadata");
	const char *name = string_or_empty(request, "name");

	if (*name)
		return name;
	name = string_or_empty(metadata, "name");
	return *name ? name : string_or_empty(metadata, "generateName");
}

static const char *namespace_of(JsonObject *request, JsonObject *pod)
{
	const char *name = string_or_empty(request, "namespace");

	return *name ? name : string_or_empty(lx_inject_json_object(pod, "metadata"), "namespace");
}

LxInjectReview *lx_inject_review_parse(const char *text, size_t size, GError **error)
{
	g_autoptr(JsonNode) root = lx_inject_json_parse(text, size, error);
	JsonObject *request = root ? find_request(root, error) : NULL;
	JsonObject *pod = lx_inject_json_object(request, "object");
	LxInjectReview *review;

	if (!request)
		return NULL;
	review = g_new0(LxInjectReview, 1);
	*review = (LxInjectReview){
		.root = g_steal_pointer(&root),
		.uid = lx_inject_json_string(request, "uid"),
		.operation = string_or_empty(request, "operation"),
		.subresource = string_or_empty(request, "subResource"),
		.namespace_name = namespace_of(request, pod),
		.name = name_of(request, pod),
		.dry_run = lx_inject_json_bool(request, "dryRun"),
		.is_pod = is_pod(request),
		.pod = pod,
		.old = lx_inject_json_object(request, "oldObject"),
	};
	return review;
}

void lx_inject_review_free(LxInjectReview *review)
{
	if (!review)
		return;
	json_node_unref(review->root);
	g_free(review);
}
