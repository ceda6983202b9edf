/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The labels of namespaces, asked for from the API server and kept for a moment. Main thread. */
#pragma once

#include "json.h"

typedef struct LxInjectNamespaces LxInjectNamespaces;

/* Borrowed for the call; NULL: they could not be had. */
typedef void (*LxInjectNamespaceFound)(JsonObject *labels, gpointer data);

/* Asks for one; calls back later, exactly once. The text of the namespace, or an error. */
typedef void (*LxInjectNamespaceAnswer)(JsonNode *namespace_object, gpointer data);
typedef void (*LxInjectNamespaceAsk)(
	gpointer asker, const char *name, LxInjectNamespaceAnswer answer, gpointer data);

LxInjectNamespaces *lx_inject_namespaces_new(LxInjectNamespaceAsk ask, gpointer asker);
void lx_inject_namespaces_free(LxInjectNamespaces *namespaces);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxInjectNamespaces, lx_inject_namespaces_free)

/* At once when they are known, else later. Many who ask at a time are one question. */
void lx_inject_namespaces_find(LxInjectNamespaces *namespaces, const char *name,
	LxInjectNamespaceFound found, gpointer data);
