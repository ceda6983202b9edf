/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the operator has decided about pods: the settings of the decision and of the patch. */
#pragma once

#include "review/views.h"

#define LX_INJECT_PREFIX "lxfs.io/"
#define LX_INJECT_SWITCH LX_INJECT_PREFIX "inject"
#define LX_INJECT_STATUS LX_INJECT_PREFIX "status"

typedef struct {
	char *anchors;       /* the anchors' folder on the nodes */
	LxInjectViews views; /* for pods that do not choose */
	bool opt_out;        /* all pods, but those that are switched off */
	bool any_path;       /* the nodes' runtime lets a volume be mounted on any path (crun) */
	gboolean user_namespaces; /* pods with hostUsers: false can have views */
	GStrv excluded_namespaces;
	GStrv runtime_classes; /* patterns of those that have a kernel of their own */
	GStrv virtual_nodes;   /* taints whose toleration sends a pod to a virtual node */
	char *pod_security;    /* the level of namespaces without a label */
} LxInjectPolicy;

/* The defaults. Clear with lx_inject_policy_clear. */
void lx_inject_policy_init(LxInjectPolicy *policy);
void lx_inject_policy_clear(LxInjectPolicy *policy);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInjectPolicy, lx_inject_policy_clear)

/* Names of views and presets with commas; the first unknown one is returned for g_free, else NULL.
 * Known ones are in *out all the same. */
char *lx_inject_policy_parse_views(const char *list, LxInjectViews *out);

/* "a, b,c" -> {"a", "b", "c"}, without empty ones. */
GStrv lx_inject_policy_parse_list(const char *list);
