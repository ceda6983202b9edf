/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The HTTPS server: /mutate, /healthz, /readyz, /metrics. The main thread's. */
#pragma once

#include "front/namespaces.h"
#include "review/policy.h"

typedef struct LxInjectServer LxInjectServer;

/* Borrows policy and namespaces. */
LxInjectServer *lx_inject_server_new(const LxInjectPolicy *policy, LxInjectNamespaces *namespaces);
void lx_inject_server_free(LxInjectServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxInjectServer, lx_inject_server_free)

/* Listens. The port is what it came to, if 0 was asked for. */
bool lx_inject_server_start(LxInjectServer *server, const char *address, unsigned *out_port,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Not ready any more, and each answer is the last of its connection; but new ones are taken. */
void lx_inject_server_drain(LxInjectServer *server);
/* No new connection. What has begun is answered. */
void lx_inject_server_stop(LxInjectServer *server);
/* Requests that have begun and are not answered. */
unsigned lx_inject_server_busy(const LxInjectServer *server);

/* PEM: certificate and key, for new connections. EINVAL: they are none; the last ones stay. */
bool lx_inject_server_set_certificate(LxInjectServer *server, const char *certificate,
	const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* NULL: the API server trusts us. Else why /readyz says no. */
void lx_inject_server_set_obstacle(LxInjectServer *server, const char *why);
void lx_inject_server_set_leader(LxInjectServer *server, bool leader);
