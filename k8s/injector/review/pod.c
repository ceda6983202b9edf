/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pod's JSON: what is asked of it more than once. */
#include "review/pod.h"

#include <string.h>

static const char *const list_names[LX_INJECT_N_LISTS] = {
	[LX_INJECT_INIT_CONTAINERS] = "initContainers",
	[LX_INJECT_CONTAINERS] = "containers",
	[LX_INJECT_EPHEMERAL_CONTAINERS] = "ephemeralContainers",
};

const char *lx_inject_pod_list_name(LxInjectList list)
{
	return list_names[list];
}

JsonObject *lx_inject_pod_spec(JsonObject *pod)
{
	return lx_inject_json_object(pod, "spec");
}

JsonArray *lx_inject_pod_list(JsonObject *pod, LxInjectList list)
{
	return lx_inject_json_array(lx_inject_pod_spec(pod), list_names[list]);
}

/* ---- Is it sound --------------------------------------------------------------------------- */

static bool is_absent_or(JsonObject *object, const char *member, JsonNodeType type)
{
	JsonNode *node = lx_inject_json_node(object, member);

	return !node || json_node_get_node_type(node) == type;
}

static bool are_objects(JsonArray *array)
{
	for (unsigned i = 0; i < lx_inject_json_length(array); i++)
		if (!lx_inject_json_object_at(array, i))
			return false;
	return true;
}

static bool is_list_of_objects(JsonObject *object, const char *member)
{
	return is_absent_or(object, member, JSON_NODE_ARRAY) &&
	       are_objects(lx_inject_json_array(object, member));
}

static bool are_containers(JsonArray *array)
{
	for (unsigned i = 0; i < lx_inject_json_length(array); i++) {
		JsonObject *container = lx_inject_json_object_at(array, i);

		if (!is_list_of_objects(container, "volumeMounts") ||
			!is_list_of_objects(container, "volumeDevices") ||
			!lx_inject_json_string(container, "name"))
			return false;
	}
	return true;
}

bool lx_inject_pod_is_sound(JsonObject *pod)
{
	JsonObject *metadata = lx_inject_json_object(pod, "metadata");
	JsonObject *spec = lx_inject_pod_spec(pod);

	if (!metadata || !spec || !is_absent_or(metadata, "annotations", JSON_NODE_OBJECT) ||
		!is_list_of_objects(spec, "volumes") || !lx_inject_json_array(spec, "containers"))
		return false;
	for (unsigned list = 0; list < LX_INJECT_N_LISTS; list++)
		if (!is_list_of_objects(spec, list_names[list]) ||
			!are_containers(lx_inject_pod_list(pod, list)))
			return false;
	return true;
}

/* ---- Members ------------------------------------------------------------------------------- */

static const char *in_metadata(JsonObject *pod, const char *map, const char *name)
{
	JsonObject *metadata = lx_inject_json_object(pod, "metadata");

	return lx_inject_json_string(lx_inject_json_object(metadata, map), name);
}

const char *lx_inject_pod_annotation(JsonObject *pod, const char *name)
{
	return in_metadata(pod, "annotations", name);
}

const char *lx_inject_pod_label(JsonObject *pod, const char *name)
{
	return in_metadata(pod, "labels", name);
}

JsonObject *lx_inject_pod_volume(JsonObject *pod, const char *name)
{
	JsonArray *volumes = lx_inject_json_array(lx_inject_pod_spec(pod), "volumes");

	for (unsigned i = 0; i < lx_inject_json_length(volumes); i++) {
		JsonObject *volume = lx_inject_json_object_at(volumes, i);

		if (g_strcmp0(lx_inject_json_string(volume, "name"), name) == 0)
			return volume;
	}
	return NULL;
}

/* ---- Paths --------------------------------------------------------------------------------- */

/* Paths are compared as the kernel would walk them: "/proc//meminfo/" is /proc/meminfo. */
static char *plain_path(JsonObject *mount, const char *member)
{
	const char *path = lx_inject_json_string(mount, member);

	return path ? g_canonicalize_filename(path, "/") : NULL;
}

JsonObject *lx_inject_pod_mount(JsonObject *container, const char *path)
{
	JsonArray *mounts = lx_inject_json_array(container, "volumeMounts");

	for (unsigned i = 0; i < lx_inject_json_length(mounts); i++) {
		JsonObject *mount = lx_inject_json_object_at(mounts, i);
		g_autofree char *at = plain_path(mount, "mountPath");

		if (g_strcmp0(at, path) == 0)
			return mount;
	}
	return NULL;
}

static bool is_at_or_below(const char *path, const char *folder)
{
	size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static bool touches(JsonArray *mounts, const char *member, const char *path)
{
	for (unsigned i = 0; i < lx_inject_json_length(mounts); i++) {
		g_autofree char *at = plain_path(lx_inject_json_object_at(mounts, i), member);

		if (at && (is_at_or_below(at, path) || is_at_or_below(path, at)))
			return true;
	}
	return false;
}

bool lx_inject_pod_path_is_taken(JsonObject *container, const char *path)
{
	return touches(lx_inject_json_array(container, "volumeMounts"), "mountPath", path) ||
	       touches(lx_inject_json_array(container, "volumeDevices"), "devicePath", path);
}
