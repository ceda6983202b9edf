/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers reviews from files, without a cluster: what would become of this pod. */
#include "dry_run.h"

#include "review/answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* "a=b,c=d" as an object; NULL: the word "unknown". */
static JsonObject *parse_labels(const char *text)
{
	g_auto(GStrv) pairs = lx_inject_policy_parse_list(text ? text : "");
	JsonObject *labels;

	if (g_strcmp0(text, "unknown") == 0)
		return NULL;
	labels = json_object_new();
	for (char **pair = pairs; *pair; pair++) {
		char *value = strchr(*pair, '=');

		if (value)
			*value++ = '\0';
		json_object_set_string_member(labels, *pair, value ? value : "");
	}
	return labels;
}

static bool answer(
	const char *path, JsonObject *labels, const LxInjectPolicy *policy, GError **error)
{
	g_autoptr(LxInjectReview) review = NULL;
	g_autoptr(LxInjectDecision) decision = NULL;
	g_autoptr(GError) failure = NULL;
	g_autofree char *text = NULL;
	g_autofree char *line = NULL;
	gsize size;

	if (!g_file_get_contents(path, &text, &size, &failure)) {
		lx_error_set(error, ENOENT, "reading a review: %s", failure->message);
		return false;
	}
	review = lx_inject_review_parse(text, size, error);
	if (!review) {
		g_prefix_error(error, "%s: ", path);
		return false;
	}
	decision = lx_inject_decision_make(review, labels, policy);
	line = lx_inject_answer_make(review, decision, policy);
	puts(line);
	return true;
}

bool lx_inject_dry_run(const LxInjectSettings *settings, GError **error)
{
	g_autoptr(JsonObject) labels = parse_labels(settings->labels);

	for (char **path = settings->reviews; *path; path++)
		if (!answer(*path, labels, &settings->policy, error))
			return false;
	return true;
}
