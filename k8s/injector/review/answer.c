/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The AdmissionReview that goes back to the API server. */
#include "review/answer.h"

#include "review/patch.h"
#include "review/status.h"
#include "writer.h"

static void add_patch(LxInjectWriter *writer, const char *patch)
{
	lx_inject_writer_pair(writer, "patchType", "JSONPatch");
	lx_inject_writer_member(writer, "patch");
	lx_inject_writer_base64(writer, patch);
}

static void add_warnings(LxInjectWriter *writer, GStrv lines)
{
	if (!*lines)
		return;
	lx_inject_writer_member(writer, "warnings");
	lx_inject_writer_begin_array(writer);
	for (char **line = lines; *line; line++)
		lx_inject_writer_string(writer, *line);
	lx_inject_writer_end_array(writer);
}

/* The API server puts the webhook's name before theirs. */
static void add_audit_annotations(LxInjectWriter *writer, const LxInjectDecision *decision)
{
	g_autofree char *skips = lx_inject_status_skips(decision);

	lx_inject_writer_member(writer, "auditAnnotations");
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "decision", lx_inject_reason_name(decision->verdict));
	if (*skips)
		lx_inject_writer_pair(writer, "skipped", skips);
	lx_inject_writer_end_object(writer);
}

char *lx_inject_answer_make(const LxInjectReview *review, const LxInjectDecision *decision,
	const LxInjectPolicy *policy)
{
	g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();
	g_autofree char *patch = lx_inject_patch_make(review, decision, policy);
	g_auto(GStrv) warnings = lx_inject_status_warnings(decision);

	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "apiVersion", "admission.k8s.io/v1");
	lx_inject_writer_pair(writer, "kind", "AdmissionReview");
	lx_inject_writer_member(writer, "response");
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "uid", review->uid);
	lx_inject_writer_member(writer, "allowed");
	lx_inject_writer_bool(writer, true);
	if (patch)
		add_patch(writer, patch);
	add_warnings(writer, warnings);
	add_audit_annotations(writer, decision);
	lx_inject_writer_end_object(writer);
	lx_inject_writer_end_object(writer);
	return lx_inject_writer_take(writer);
}
