/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The HTTPS server: /mutate, /healthz, /readyz, /metrics. */
#include "front/server.h"

#include "front/acceptor.h"
#include "front/mutation.h"
#include "tls/facts.h"

#include <errno.h>
#include <string.h>

#define BEGUN "lx-inject-begun"

struct LxInjectServer {
	SoupServer *soup;
	LxInjectAcceptor *acceptor;
	LxInjectMutations *mutations;
	LxInjectMetrics metrics;
	char *obstacle; /* why it is not ready; NULL: it is */
	bool stopping;
	unsigned busy;
};

/* ---- Answers ------------------------------------------------------------------------------- */

static void answer(SoupServerMessage *message, unsigned status, const char *text)
{
	soup_server_message_set_status(message, status, NULL);
	soup_server_message_set_response(
		message, "text/plain; charset=utf-8", SOUP_MEMORY_COPY, text, strlen(text));
}

static bool is_read(SoupServerMessage *message)
{
	const char *method = soup_server_message_get_method(message);

	if (method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD)
		return true;
	answer(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "this is for GET\n");
	return false;
}

static void on_health(SoupServer *soup, SoupServerMessage *message, const char *path,
	GHashTable *query, gpointer data)
{
	if (is_read(message))
		answer(message, SOUP_STATUS_OK, "ok\n");
}

static void on_ready(SoupServer *soup, SoupServerMessage *message, const char *path,
	GHashTable *query, gpointer data)
{
	const LxInjectServer *server = data;
	g_autofree char *line = g_strdup_printf("%s\n", server->stopping   ? "it is being stopped"
							: server->obstacle ? server->obstacle
									   : "ok");

	if (is_read(message))
		answer(message,
			server->stopping || server->obstacle ? SOUP_STATUS_SERVICE_UNAVAILABLE
							     : SOUP_STATUS_OK,
			line);
}

static void on_metrics(SoupServer *soup, SoupServerMessage *message, const char *path,
	GHashTable *query, gpointer data)
{
	const LxInjectServer *server = data;
	g_autofree char *text = lx_inject_metrics_text(&server->metrics);

	if (!is_read(message))
		return;
	soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
	soup_server_message_set_response(message, "text/plain; version=0.0.4; charset=utf-8",
		SOUP_MEMORY_COPY, text, strlen(text));
}

static void on_anything(SoupServer *soup, SoupServerMessage *message, const char *path,
	GHashTable *query, gpointer data)
{
	answer(message, SOUP_STATUS_NOT_FOUND,
		"here are /mutate, /healthz, /readyz and /metrics\n");
}

static void on_mutate(SoupServer *soup, SoupServerMessage *message, const char *path,
	GHashTable *query, gpointer data)
{
	LxInjectServer *server = data;

	lx_inject_acceptor_hold(message);
	lx_inject_mutations_answer(server->mutations, message);
}

/* ---- Each request -------------------------------------------------------------------------- */

static void on_finished(SoupServerMessage *message, gpointer data)
{
	LxInjectServer *server = data;

	/* One that ends before its headers is a connection that was closed. */
	if (!g_object_get_data(G_OBJECT(message), BEGUN))
		return;
	server->busy--;
	lx_inject_mutations_release(server->mutations, message);
	lx_inject_metrics_count_status(&server->metrics, soup_server_message_get_status(message));
	lx_inject_acceptor_finish(message);
}

static void on_headers(SoupServerMessage *message, gpointer data)
{
	LxInjectServer *server = data;

	g_object_set_data(G_OBJECT(message), BEGUN, server);
	server->busy++;
	lx_inject_acceptor_begin(message);
	if (server->stopping)
		soup_message_headers_replace(
			soup_server_message_get_response_headers(message), "Connection", "close");
	lx_inject_mutations_bound(server->mutations, message);
}

static void on_started(SoupServer *soup, SoupServerMessage *message, gpointer data)
{
	g_signal_connect(message, "got-headers", G_CALLBACK(on_headers), data);
	g_signal_connect(message, "finished", G_CALLBACK(on_finished), data);
}

/* ---- The whole ----------------------------------------------------------------------------- */

static void add_handlers(LxInjectServer *server)
{
	static const struct {
		const char *path;
		SoupServerCallback call;
	} handlers[] = {
		{"/", on_anything},
		{"/mutate", on_mutate},
		{"/healthz", on_health},
		{"/readyz", on_ready},
		{"/metrics", on_metrics},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(handlers); i++)
		soup_server_add_handler(
			server->soup, handlers[i].path, handlers[i].call, server, NULL);
	g_signal_connect(server->soup, "request-started", G_CALLBACK(on_started), server);
}

LxInjectServer *lx_inject_server_new(const LxInjectPolicy *policy, LxInjectNamespaces *namespaces)
{
	LxInjectServer *server = g_new0(LxInjectServer, 1);

	server->soup = soup_server_new("server-header", "lxfs-injector", NULL);
	server->acceptor = lx_inject_acceptor_new(server->soup, &server->metrics);
	server->mutations = lx_inject_mutations_new(policy, namespaces, &server->metrics);
	server->obstacle = g_strdup("there is no certificate yet");
	add_handlers(server);
	return server;
}

void lx_inject_server_free(LxInjectServer *server)
{
	if (!server)
		return;
	soup_server_disconnect(server->soup);
	g_object_unref(server->soup);
	lx_inject_acceptor_free(server->acceptor);
	lx_inject_mutations_free(server->mutations);
	g_free(server->obstacle);
	g_free(server);
}

bool lx_inject_server_start(
	LxInjectServer *server, const char *address, unsigned *out_port, GError **error)
{
	if (!lx_inject_acceptor_listen(server->acceptor, address, error))
		return false;
	*out_port = lx_inject_acceptor_port(server->acceptor);
	return true;
}

void lx_inject_server_drain(LxInjectServer *server)
{
	server->stopping = true;
}

void lx_inject_server_stop(LxInjectServer *server)
{
	server->stopping = true;
	lx_inject_acceptor_stop(server->acceptor);
}

unsigned lx_inject_server_busy(const LxInjectServer *server)
{
	return server->busy;
}

bool lx_inject_server_set_certificate(
	LxInjectServer *server, const char *certificate, const char *key, GError **error)
{
	g_autofree char *both = g_strconcat(certificate, "\n", key, NULL);
	g_autoptr(GError) failure = NULL;
	g_autoptr(GTlsCertificate) made = g_tls_certificate_new_from_pem(both, -1, &failure);

	if (!made) {
		lx_error_set(error, EINVAL, "loading the certificate: %s", failure->message);
		return false;
	}
	lx_inject_acceptor_set_certificate(server->acceptor, made);
	server->metrics.certificate_expiry = lx_inject_facts_of_certificate(certificate).not_after;
	return true;
}

void lx_inject_server_set_obstacle(LxInjectServer *server, const char *why)
{
	g_free(server->obstacle);
	server->obstacle = g_strdup(why);
}

void lx_inject_server_set_leader(LxInjectServer *server, bool leader)
{
	server->metrics.leader = leader;
}
