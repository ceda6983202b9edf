/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The AdmissionReview that goes back to the API server. */
#include "review/answer.h"

#include "review/patch.h"
#include "review/status.h"

#include <string.h>

static void add_patch(JsonBuilder *builder, const char *patch)
{
	g_autofree char *encoded = g_base64_encode((const guchar *)patch, strlen(patch));

	lx_inject_json_add_string(builder, "patchType", "JSONPatch");
	lx_inject_json_add_string(builder, "patch", encoded);
}

static void add_warnings(JsonBuilder *builder, GStrv lines)
{
	if (!*lines)
		return;
	json_builder_set_member_name(builder, "warnings");
	json_builder_begin_array(builder);
	for (char **line = lines; *line; line++)
		json_builder_add_string_value(builder, *line);
	json_builder_end_array(builder);
}

/* The API server puts the webhook's name before theirs. */
static void add_audit_annotations(JsonBuilder *builder, const LxInjectDecision *decision)
{
	g_autofree char *skips = lx_inject_status_skips(decision);

	json_builder_set_member_name(builder, "auditAnnotations");
	json_builder_begin_object(builder);
	lx_inject_json_add_string(builder, "decision", lx_inject_reason_name(decision->verdict));
	if (*skips)
		lx_inject_json_add_string(builder, "skipped", skips);
	json_builder_end_object(builder);
}

char *lx_inject_answer_make(const LxInjectReview *review, const LxInjectDecision *decision,
	const LxInjectPolicy *policy)
{
	g_autoptr(JsonBuilder) builder = json_builder_new();
	g_autofree char *patch = lx_inject_patch_make(review, decision, policy);
	g_auto(GStrv) warnings = lx_inject_status_warnings(decision);

	json_builder_begin_object(builder);
	lx_inject_json_add_string(builder, "apiVersion", "admission.k8s.io/v1");
	lx_inject_json_add_string(builder, "kind", "AdmissionReview");
	json_builder_set_member_name(builder, "response");
	json_builder_begin_object(builder);
	lx_inject_json_add_string(builder, "uid", review->uid);
	json_builder_set_member_name(builder, "allowed");
	json_builder_add_boolean_value(builder, TRUE);
	if (patch)
		add_patch(builder, patch);
	add_warnings(builder, warnings);
	add_audit_annotations(builder, decision);
	json_builder_end_object(builder);
	json_builder_end_object(builder);
	return lx_inject_json_built(builder);
}
