/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks the API server. A client is one thread's: that of the main context that made it. */
#pragma once

#include "api/access.h"
#include "json.h"

#include <gio/gio.h>

typedef struct LxInjectClient LxInjectClient;

typedef struct {
	const char *method; /* "GET" */
	const char *path;   /* "/api/v1/..." */
	const char *type;   /* of the body; NULL: there is none */
	const char *body;
} LxInjectCall;

/* Borrows the access. */
LxInjectClient *lx_inject_client_new(const LxInjectAccess *access);
void lx_inject_client_free(LxInjectClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxInjectClient, lx_inject_client_free)

/*
 * The object in the answer, for json_node_unref. What may pass by itself (no connection, 429, 5xx)
 * is tried again a few times, with longer and longer pauses.
 * ENOENT: 404. EAGAIN: 409 or a failed precondition. EACCES: 401, 403. ECANCELED. EIO: all else.
 */
JsonNode *lx_inject_client_call(LxInjectClient *client, const LxInjectCall *call,
	GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same once, later, by the main loop; NULL with an error. Called exactly once. */
typedef void (*LxInjectClientDone)(JsonNode *object, const GError *error, gpointer data);
void lx_inject_client_ask(
	LxInjectClient *client, const LxInjectCall *call, LxInjectClientDone done, gpointer data);
