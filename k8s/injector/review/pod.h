/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pod's JSON: what is asked of it more than once. All results are borrowed. */
#pragma once

#include "json.h"

/* In the order in which a decision goes through them. */
typedef enum {
	LX_INJECT_INIT_CONTAINERS,
	LX_INJECT_CONTAINERS,
	LX_INJECT_EPHEMERAL_CONTAINERS,
	LX_INJECT_N_LISTS,
} LxInjectList;

/* "initContainers", as the pod's spec calls it. */
const char *lx_inject_pod_list_name(LxInjectList list);
JsonArray *lx_inject_pod_list(JsonObject *pod, LxInjectList list);

/* Everything that a patch would touch has the type that it must have. */
bool lx_inject_pod_is_sound(JsonObject *pod);

const char *lx_inject_pod_annotation(JsonObject *pod, const char *name);
const char *lx_inject_pod_label(JsonObject *pod, const char *name);
JsonObject *lx_inject_pod_spec(JsonObject *pod);

/* The volume with this name; NULL: there is none. */
JsonObject *lx_inject_pod_volume(JsonObject *pod, const char *name);

/* What the container mounts on exactly this path; NULL: nothing. */
JsonObject *lx_inject_pod_mount(JsonObject *container, const char *path);
/* Something of the container's own lies on the path, above it or below it. */
bool lx_inject_pod_path_is_taken(JsonObject *container, const char *path);
