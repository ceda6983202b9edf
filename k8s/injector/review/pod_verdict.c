/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a pod as a whole is left alone, and why: a table of questions, asked in order. */
#include "review/pod_verdict.h"

#include "review/pod.h"

#include <string.h>

typedef struct {
	const LxInjectReview *review;
	JsonObject *pod;
	JsonObject *spec;
	JsonObject *labels; /* of the namespace; NULL: not known */
	const LxInjectPolicy *policy;
} Question;

static bool is_not_a_pod(const Question *question)
{
	const LxInjectReview *review = question->review;
	bool created = strcmp(review->operation, "CREATE") == 0 && *review->subresource == '\0';
	bool debugged = strcmp(review->operation, "UPDATE") == 0 &&
			strcmp(review->subresource, "ephemeralcontainers") == 0;

	return !review->is_pod || !review->pod || (!created && !debugged);
}

static bool is_malformed(const Question *question)
{
	return !lx_inject_pod_is_sound(question->pod);
}

/* The kubelet's copy of a static pod: a patch of the copy changes nothing that runs. */
static bool is_mirror(const Question *question)
{
	return lx_inject_pod_annotation(question->pod, "kubernetes.io/config.mirror") != NULL;
}

static bool is_in_excluded_namespace(const Question *question)
{
	return g_strv_contains((const char *const *)question->policy->excluded_namespaces,
		question->review->namespace_name);
}

static bool pod_says(const Question *question, const char *word)
{
	return g_strcmp0(lx_inject_pod_annotation(question->pod, LX_INJECT_SWITCH), word) == 0 ||
	       g_strcmp0(lx_inject_pod_label(question->pod, LX_INJECT_SWITCH), word) == 0;
}

static bool namespace_says(const Question *question, const char *word)
{
	return g_strcmp0(lx_inject_json_string(question->labels, LX_INJECT_SWITCH), word) == 0;
}

/* Whoever says no has the last word. */
static bool is_opted_out(const Question *question)
{
	return pod_says(question, "disabled") || namespace_says(question, "disabled");
}

static bool is_in_unknown_namespace(const Question *question)
{
	return !question->labels;
}

static bool is_not_opted_in(const Question *question)
{
	return !question->policy->opt_out && !pod_says(question, "enabled") &&
	       !namespace_says(question, "enabled");
}

static bool is_for_windows(const Question *question)
{
	JsonObject *os = lx_inject_json_object(question->spec, "os");
	JsonObject *selector = lx_inject_json_object(question->spec, "nodeSelector");

	return g_strcmp0(lx_inject_json_string(os, "name"), "windows") == 0 ||
	       g_strcmp0(lx_inject_json_string(selector, "kubernetes.io/os"), "windows") == 0;
}

static bool has_a_kernel_of_its_own(const Question *question)
{
	const char *class = lx_inject_json_string(question->spec, "runtimeClassName");

	for (char **pattern = question->policy->runtime_classes; class && *pattern; pattern++)
		if (g_pattern_match_simple(*pattern, class))
			return true;
	return false;
}

static bool may_run_on_a_virtual_node(const Question *question)
{
	JsonArray *tolerations = lx_inject_json_array(question->spec, "tolerations");

	for (unsigned i = 0; i < lx_inject_json_length(tolerations); i++) {
		JsonObject *toleration = lx_inject_json_object_at(tolerations, i);
		const char *key = lx_inject_json_string(toleration, "key");

		if (key &&
			g_strv_contains((const char *const *)question->policy->virtual_nodes, key))
			return true;
	}
	return false;
}

/* The levels baseline and restricted allow no hostPath volume: the pod would be refused. */
static bool forbids_host_paths(const Question *question)
{
	const char *level =
		lx_inject_json_string(question->labels, "pod-security.kubernetes.io/enforce");

	return strcmp(level ? level : question->policy->pod_security, "privileged") != 0;
}

/* A FUSE mount cannot be mapped to the pod's users on every kernel; the pod would not start. */
static bool has_a_user_namespace(const Question *question)
{
	JsonNode *node = lx_inject_json_node(question->spec, "hostUsers");

	return node && !question->policy->user_namespaces &&
	       !lx_inject_json_bool(question->spec, "hostUsers");
}

/* Such a pod looks at the host on purpose: it must ask itself for views. */
static bool looks_at_the_host(const Question *question)
{
	return lx_inject_json_bool(question->spec, "hostPID") && !pod_says(question, "enabled");
}

static const struct {
	bool (*holds)(const Question *question);
	LxInjectReason reason;
} questions[] = {
	{is_not_a_pod, LX_INJECT_NOT_A_POD},
	{is_malformed, LX_INJECT_MALFORMED},
	{is_mirror, LX_INJECT_MIRROR_POD},
	{is_in_excluded_namespace, LX_INJECT_EXCLUDED_NAMESPACE},
	{is_opted_out, LX_INJECT_OPTED_OUT},
	{is_in_unknown_namespace, LX_INJECT_NAMESPACE_UNKNOWN},
	{is_not_opted_in, LX_INJECT_NOT_OPTED_IN},
	{is_for_windows, LX_INJECT_WINDOWS},
	{has_a_kernel_of_its_own, LX_INJECT_RUNTIME_CLASS},
	{may_run_on_a_virtual_node, LX_INJECT_VIRTUAL_NODE},
	{forbids_host_paths, LX_INJECT_POD_SECURITY},
	{has_a_user_namespace, LX_INJECT_USER_NAMESPACE},
	{looks_at_the_host, LX_INJECT_HOST_PID},
};

LxInjectReason lx_inject_pod_verdict_find(
	const LxInjectReview *review, JsonObject *namespace_labels, const LxInjectPolicy *policy)
{
	const Question question = {
		.review = review,
		.pod = review->pod,
		.spec = lx_inject_pod_spec(review->pod),
		.labels = namespace_labels,
		.policy = policy,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(questions); i++)
		if (questions[i].holds(&question))
			return questions[i].reason;
	return LX_INJECT_INJECTED;
}

bool lx_inject_pod_verdict_needs_namespace(
	const LxInjectReview *review, const LxInjectPolicy *policy)
{
	return lx_inject_pod_verdict_find(review, NULL, policy) == LX_INJECT_NAMESPACE_UNKNOWN;
}
