/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is to become of a pod: first of the whole, then of each container and each path. */
#include "review/decision.h"

#include "review/pod_verdict.h"

#include <string.h>

#define FILES LX_INJECT_PREFIX "files"
#define ONLY LX_INJECT_PREFIX "containers"
#define NOT LX_INJECT_PREFIX "exclude-containers"
#define INIT LX_INJECT_PREFIX "init-containers"

#define NOTE_CHARACTERS_MAX 40 /* of what a pod has chosen */

typedef struct {
	LxInjectDecision *decision;
	const LxInjectReview *review;
	const LxInjectPolicy *policy;
	bool is_debug; /* ephemeral containers come to a pod that exists: it has its volumes */
	GStrv only;
	GStrv except;
	bool no_init;
	LxInjectViews foreign_volumes; /* another volume has the name */
	LxInjectViews own_volumes;     /* the pod has it already */
} Pass;

static void pass_clear(Pass *pass)
{
	g_clear_pointer(&pass->only, g_strfreev);
	g_clear_pointer(&pass->except, g_strfreev);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pass, pass_clear)

/* ---- What the pod's annotations choose ----------------------------------------------------- */

static void note(LxInjectDecision *decision, const char *annotation, const char *value)
{
	g_autofree char *cut =
		g_utf8_substring(value, 0, MIN(g_utf8_strlen(value, -1), NOTE_CHARACTERS_MAX));

	g_ptr_array_add(decision->notes,
		g_strdup_printf("%s: \"%s\" is not known here, ignoring", annotation, cut));
}

static LxInjectViews choose_views(const Pass *pass)
{
	const char *list = lx_inject_pod_annotation(pass->review->pod, FILES);
	g_autofree char *unknown = NULL;
	LxInjectViews chosen = 0;

	if (!list)
		return pass->policy->views;
	unknown = lx_inject_policy_parse_views(list, &chosen);
	if (unknown)
		note(pass->decision, FILES, unknown);
	return chosen ? chosen : pass->policy->views;
}

static GStrv list_of(const Pass *pass, const char *annotation)
{
	const char *list = lx_inject_pod_annotation(pass->review->pod, annotation);

	return list ? lx_inject_policy_parse_list(list) : NULL;
}

static void check_switch(const Pass *pass, const char *annotation, const char *const *values)
{
	const char *value = lx_inject_pod_annotation(pass->review->pod, annotation);

	if (value && !g_strv_contains(values, value))
		note(pass->decision, annotation, value);
}

static void read_annotations(Pass *pass)
{
	static const char *const switches[] = {"enabled", "disabled", NULL};
	static const char *const truths[] = {"true", "false", NULL};

	pass->decision->wanted = choose_views(pass);
	pass->only = list_of(pass, ONLY);
	pass->except = list_of(pass, NOT);
	pass->no_init = g_strcmp0(lx_inject_pod_annotation(pass->review->pod, INIT), "false") == 0;
	check_switch(pass, LX_INJECT_SWITCH, switches);
	check_switch(pass, INIT, truths);
}

/* ---- Volumes ------------------------------------------------------------------------------- */

static bool is_ours(JsonObject *volume, const LxInjectView *view, const LxInjectPolicy *policy)
{
	g_autofree char *path = g_build_filename(policy->anchors, view->name, NULL);

	return g_strcmp0(lx_inject_json_string(lx_inject_json_object(volume, "hostPath"), "path"),
		       path) == 0;
}

static void look_at_volumes(Pass *pass)
{
	const LxInjectView *view;

	for (unsigned i = 0; (view = lx_inject_views_at(i)) != NULL; i++) {
		JsonObject *volume = lx_inject_pod_volume(pass->review->pod, view->volume);

		if (volume && is_ours(volume, view, pass->policy))
			pass->own_volumes |= (LxInjectViews)1 << i;
		else if (volume)
			pass->foreign_volumes |= (LxInjectViews)1 << i;
	}
}

/* ---- One container ------------------------------------------------------------------------- */

static bool is_listed(GStrv list, const char *name)
{
	return list && g_strv_contains((const char *const *)list, name);
}

/* A sidecar is an init container by its place only: it runs as long as the pod. */
static bool is_plain_init(const LxInjectContainer *container)
{
	return container->list == LX_INJECT_INIT_CONTAINERS &&
	       g_strcmp0(lx_inject_json_string(container->json, "restartPolicy"), "Always") != 0;
}

static bool is_excluded(const Pass *pass, const LxInjectContainer *container)
{
	return (pass->only && !is_listed(pass->only, container->name)) ||
	       is_listed(pass->except, container->name) ||
	       (pass->no_init && is_plain_init(container));
}

/* For containers in the container: one mount in /proc, and they get no /proc of their own. */
static bool is_unmasked(const LxInjectContainer *container)
{
	JsonObject *context = lx_inject_json_object(container->json, "securityContext");

	return g_strcmp0(lx_inject_json_string(context, "procMount"), "Unmasked") == 0;
}

/* As a patch of ours would mount it; anything else is the container's own. */
static bool is_mounted(const LxInjectContainer *container, const LxInjectView *view)
{
	JsonObject *mount = lx_inject_pod_mount(container->json, view->mount_path);

	return g_strcmp0(lx_inject_json_string(mount, "name"), view->volume) == 0 &&
	       g_strcmp0(lx_inject_json_string(mount, "mountPropagation"), "HostToContainer") ==
		       0 &&
	       !lx_inject_json_node(mount, "subPath") && !lx_inject_json_node(mount, "subPathExpr");
}

/* LX_INJECT_INJECTED: it is mounted, or can be. */
static LxInjectReason judge_path(const Pass *pass, LxInjectContainer *container, unsigned index)
{
	const LxInjectView *view = lx_inject_views_at(index);
	LxInjectViews bit = (LxInjectViews)1 << index;

	if (!view->runc && !pass->policy->any_path)
		return LX_INJECT_RUNTIME;
	if (pass->foreign_volumes & bit)
		return LX_INJECT_VOLUME_NAME;
	if (pass->is_debug && !(pass->own_volumes & bit))
		return LX_INJECT_NO_VOLUME;
	if (is_mounted(container, view))
		return LX_INJECT_INJECTED;
	if (lx_inject_pod_path_is_taken(container->json, view->mount_path))
		return LX_INJECT_OWN_MOUNT;
	container->added |= bit;
	return LX_INJECT_INJECTED;
}

static void judge_paths(const Pass *pass, LxInjectContainer *container)
{
	for (unsigned i = 0; lx_inject_views_at(i); i++) {
		LxInjectViews bit = (LxInjectViews)1 << i;
		LxInjectReason reason;

		if (!(pass->decision->wanted & bit))
			continue;
		reason = judge_path(pass, container, i);
		if (reason == LX_INJECT_INJECTED)
			container->mounted |= bit;
		else
			container->skipped[reason] |= bit;
	}
}

static void judge_container(const Pass *pass, LxInjectContainer *container)
{
	LxInjectDecision *decision = pass->decision;

	if (is_excluded(pass, container))
		container->skipped[LX_INJECT_EXCLUDED] = decision->wanted;
	else if (is_unmasked(container))
		container->skipped[LX_INJECT_UNMASKED_PROC] = decision->wanted;
	else
		judge_paths(pass, container);
	decision->new_volumes |= container->mounted & ~pass->own_volumes;
	g_array_append_val(decision->containers, *container);
}

/* ---- All containers ------------------------------------------------------------------------ */

static bool was_there(const LxInjectReview *review, const char *name)
{
	JsonArray *before = lx_inject_pod_list(review->old, LX_INJECT_EPHEMERAL_CONTAINERS);

	for (unsigned i = 0; i < lx_inject_json_length(before); i++)
		if (g_strcmp0(lx_inject_json_string(lx_inject_json_object_at(before, i), "name"),
			    name) == 0)
			return true;
	return false;
}

static void judge_list(const Pass *pass, LxInjectList list)
{
	JsonArray *array = lx_inject_pod_list(pass->review->pod, list);

	for (unsigned i = 0; i < lx_inject_json_length(array); i++) {
		LxInjectContainer container = {
			.list = list, .index = i, .json = lx_inject_json_object_at(array, i)};

		container.name = lx_inject_json_string(container.json, "name");
		if (!pass->is_debug || !was_there(pass->review, container.name))
			judge_container(pass, &container);
	}
}

/* To a pod that exists only new ephemeral containers can come; to a new one all others. */
static void judge_lists(const Pass *pass)
{
	if (pass->is_debug) {
		judge_list(pass, LX_INJECT_EPHEMERAL_CONTAINERS);
	} else {
		judge_list(pass, LX_INJECT_INIT_CONTAINERS);
		judge_list(pass, LX_INJECT_CONTAINERS);
	}
}

static LxInjectReason conclude(const LxInjectDecision *decision)
{
	if (lx_inject_decision_adds(decision))
		return LX_INJECT_INJECTED;
	for (unsigned i = 0; i < decision->containers->len; i++)
		if (lx_inject_decision_container(decision, i)->mounted)
			return LX_INJECT_ALREADY;
	return LX_INJECT_NOTHING_LEFT;
}

LxInjectDecision *lx_inject_decision_make(
	const LxInjectReview *review, JsonObject *namespace_labels, const LxInjectPolicy *policy)
{
	LxInjectDecision *decision = g_new0(LxInjectDecision, 1);
	g_auto(Pass) pass = {
		.decision = decision,
		.review = review,
		.policy = policy,
		.is_debug = strcmp(review->subresource, "ephemeralcontainers") == 0,
	};

	decision->containers = g_array_new(false, true, sizeof(LxInjectContainer));
	decision->notes = g_ptr_array_new_with_free_func(g_free);
	decision->verdict = lx_inject_pod_verdict_find(review, namespace_labels, policy);
	if (decision->verdict != LX_INJECT_INJECTED)
		return decision;
	read_annotations(&pass);
	look_at_volumes(&pass);
	judge_lists(&pass);
	decision->verdict = conclude(decision);
	return decision;
}

void lx_inject_decision_free(LxInjectDecision *decision)
{
	if (!decision)
		return;
	g_array_unref(decision->containers);
	g_ptr_array_unref(decision->notes);
	g_free(decision);
}

const LxInjectContainer *lx_inject_decision_container(
	const LxInjectDecision *decision, unsigned index)
{
	return &g_array_index(decision->containers, LxInjectContainer, index);
}

LxInjectViews lx_inject_decision_skipped(const LxInjectDecision *decision, LxInjectReason reason)
{
	LxInjectViews set = 0;

	for (unsigned i = 0; i < decision->containers->len; i++)
		set |= lx_inject_decision_container(decision, i)->skipped[reason];
	return set;
}

bool lx_inject_decision_adds(const LxInjectDecision *decision)
{
	for (unsigned i = 0; i < decision->containers->len; i++)
		if (lx_inject_decision_container(decision, i)->added)
			return true;
	return decision->new_volumes != 0;
}
