/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON Patch that carries a decision out. */
#include "review/patch.h"

#include "review/status.h"
#include "writer.h"

#include <string.h>

/* The API server refuses a pod whose annotations' names and values are longer together. */
#define ANNOTATION_BYTES_MAX (256 * 1024)
/* lxfs.io/status as a JSON Pointer has it (RFC 6901): ~ is ~0, / is ~1. */
#define STATUS_POINTER "/metadata/annotations/lxfs.io~1status"

typedef struct {
	LxInjectWriter *writer;
	unsigned n_operations;
} Patch;

/* Begins an operation; the caller adds its value, and ends it. */
static void begin_add(Patch *patch, const char *path)
{
	lx_inject_writer_begin_object(patch->writer);
	lx_inject_writer_pair(patch->writer, "op", "add");
	lx_inject_writer_pair(patch->writer, "path", path);
	lx_inject_writer_member(patch->writer, "value");
	patch->n_operations++;
}

static void end_add(Patch *patch)
{
	lx_inject_writer_end_object(patch->writer);
}

static void add_empty_array(Patch *patch, const char *path)
{
	begin_add(patch, path);
	lx_inject_writer_begin_array(patch->writer);
	lx_inject_writer_end_array(patch->writer);
	end_add(patch);
}

/* ---- Annotations --------------------------------------------------------------------------- */

static size_t annotation_bytes(JsonObject *annotations)
{
	g_autoptr(GList) names = annotations ? json_object_get_members(annotations) : NULL;
	size_t bytes = 0;

	for (GList *at = names; at; at = at->next) {
		const char *value = lx_inject_json_string(annotations, at->data);

		bytes += strlen(at->data) + (value ? strlen(value) : 0);
	}
	return bytes;
}

static void add_status(Patch *patch, JsonObject *pod, const char *status)
{
	JsonObject *metadata = lx_inject_json_object(pod, "metadata");
	JsonObject *annotations = lx_inject_json_object(metadata, "annotations");

	if (g_strcmp0(lx_inject_json_string(annotations, LX_INJECT_STATUS), status) == 0 ||
		annotation_bytes(annotations) + strlen(LX_INJECT_STATUS) + strlen(status) >
			ANNOTATION_BYTES_MAX)
		return;
	if (!annotations) {
		begin_add(patch, "/metadata/annotations");
		lx_inject_writer_begin_object(patch->writer);
		lx_inject_writer_end_object(patch->writer);
		end_add(patch);
	}
	begin_add(patch, STATUS_POINTER);
	lx_inject_writer_string(patch->writer, status);
	end_add(patch);
}

/* ---- Volumes ------------------------------------------------------------------------------- */

static void add_volume(Patch *patch, const LxInjectView *view, const LxInjectPolicy *policy)
{
	g_autofree char *path = g_build_filename(policy->anchors, view->name, NULL);
	LxInjectWriter *writer = patch->writer;

	begin_add(patch, "/spec/volumes/-");
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "name", view->volume);
	lx_inject_writer_member(writer, "hostPath");
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "path", path);
	/* Waited for, never made: a folder of that name would be in lxfs's way for ever. */
	lx_inject_writer_pair(writer, "type", view->folder ? "Directory" : "File");
	lx_inject_writer_end_object(writer);
	lx_inject_writer_end_object(writer);
	end_add(patch);
}

static void add_volumes(
	Patch *patch, JsonObject *pod, LxInjectViews set, const LxInjectPolicy *policy)
{
	const LxInjectView *view;

	if (set && !lx_inject_json_array(lx_inject_pod_spec(pod), "volumes"))
		add_empty_array(patch, "/spec/volumes");
	for (unsigned i = 0; (view = lx_inject_views_at(i)) != NULL; i++)
		if (set >> i & 1)
			add_volume(patch, view, policy);
}

/* ---- Mounts -------------------------------------------------------------------------------- */

static void add_mount(Patch *patch, const char *mounts, const LxInjectView *view)
{
	g_autofree char *path = g_strconcat(mounts, "/-", NULL);
	LxInjectWriter *writer = patch->writer;

	begin_add(patch, path);
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "name", view->volume);
	lx_inject_writer_pair(writer, "mountPath", view->mount_path);
	if (!view->written) {
		lx_inject_writer_member(writer, "readOnly");
		lx_inject_writer_bool(writer, true);
	}
	/* What lxfs later puts on the anchor reaches the container. */
	lx_inject_writer_pair(writer, "mountPropagation", "HostToContainer");
	lx_inject_writer_end_object(writer);
	end_add(patch);
}

static void add_mounts(Patch *patch, const LxInjectContainer *container)
{
	g_autofree char *path = g_strdup_printf("/spec/%s/%u/volumeMounts",
		lx_inject_pod_list_name(container->list), container->index);
	const LxInjectView *view;

	if (container->added && !lx_inject_json_array(container->json, "volumeMounts"))
		add_empty_array(patch, path);
	for (unsigned i = 0; (view = lx_inject_views_at(i)) != NULL; i++)
		if (container->added >> i & 1)
			add_mount(patch, path, view);
}

/* ---- The whole ----------------------------------------------------------------------------- */

/* Of a pod that exists nothing but its ephemeral containers may change. */
static char *status_for(const LxInjectReview *review, const LxInjectDecision *decision,
	const LxInjectPolicy *policy)
{
	if (*review->subresource != '\0')
		return NULL;
	return lx_inject_status_annotation(decision, policy);
}

char *lx_inject_patch_make(const LxInjectReview *review, const LxInjectDecision *decision,
	const LxInjectPolicy *policy)
{
	g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();
	Patch patch = {.writer = writer};
	g_autofree char *status = status_for(review, decision, policy);

	lx_inject_writer_begin_array(writer);
	if (status)
		add_status(&patch, review->pod, status);
	add_volumes(&patch, review->pod, decision->new_volumes, policy);
	for (unsigned i = 0; i < decision->containers->len; i++)
		add_mounts(&patch, lx_inject_decision_container(decision, i));
	lx_inject_writer_end_array(writer);
	return patch.n_operations > 0 ? lx_inject_writer_take(writer) : NULL;
}
