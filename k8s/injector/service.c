/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Serves until it is told to end: the parts put together. */
#include "service.h"

#include "api/client.h"
#include "certificate_files.h"
#include "front/server.h"
#include "keeper/keeper.h"
#include "log.h"
#include "types.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <glib-unix.h>

#define STOP_LOOK_MSEC 100
#define STOP_SEC 20

typedef struct {
	LxInjectSettings *settings;
	GMainLoop *loop;
	LxInjectClient *client; /* asks for namespaces */
	LxInjectNamespaces *namespaces;
	LxInjectServer *server;
	LxInjectCertificateFiles *files;
	LxInjectKeeper *keeper;
	gint64 asked_at; /* to stop; monotonic; 0: nobody has */
} Service;

static void service_clear(Service *service)
{
	g_clear_pointer(&service->keeper, lx_inject_keeper_free);
	g_clear_pointer(&service->files, lx_inject_certificate_files_free);
	g_clear_pointer(&service->server, lx_inject_server_free);
	g_clear_pointer(&service->client, lx_inject_client_free);
	g_clear_pointer(&service->namespaces, lx_inject_namespaces_free);
	g_clear_pointer(&service->loop, g_main_loop_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Service, service_clear)

/* ---- Namespaces ---------------------------------------------------------------------------- */

typedef struct {
	LxInjectNamespaceAnswer answer;
	gpointer data;
	char *name;
} Question;

static void on_namespace(JsonNode *object, const GError *error, gpointer data)
{
	g_autofree Question *question = data;
	g_autofree char *name = question->name;

	if (!object)
		lx_inject_log("warning", "a namespace could not be read", "namespace", name, "why",
			error->message);
	question->answer(object, question->data);
}

static void ask_for_namespace(
	gpointer asker, const char *name, LxInjectNamespaceAnswer answer, gpointer data)
{
	Service *service = asker;
	g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);
	g_autofree char *path = g_strconcat("/api/v1/namespaces/", escaped, NULL);
	const LxInjectCall call = {"GET", path, NULL, NULL};
	Question *question;

	if (!service->client || *name == '\0') {
		answer(NULL, data);
		return;
	}
	question = g_new0(Question, 1);
	*question = (Question){answer, data, g_strdup(name)};
	lx_inject_client_ask(service->client, &call, on_namespace, question);
}

/* ---- Certificates -------------------------------------------------------------------------- */

static void on_news(const LxInjectNews *news, gpointer data)
{
	Service *service = data;
	g_autoptr(GError) error = NULL;

	if (lx_inject_pair_is_set(&news->serving) &&
		!lx_inject_server_set_certificate(
			service->server, news->serving.certificate, news->serving.key, &error))
		lx_inject_log("error", "the certificate stays the last one", "why", error->message);
	lx_inject_server_set_obstacle(service->server, news->obstacle);
	lx_inject_server_set_leader(service->server, news->leader);
}

static bool start_keeper(Service *service)
{
	const LxInjectSettings *settings = service->settings;
	const LxInjectKeeperSettings keeper = {
		.access = &settings->access,
		.identity = settings->identity,
		.namespace_name = settings->namespace_name,
		.service = settings->service,
		.secret = settings->secret,
		.lease = settings->lease,
		.webhook = settings->webhook,
		.lifetimes = lx_inject_settings_lifetimes(settings),
	};

	service->keeper = lx_inject_keeper_new(&keeper, on_news, service);
	return true;
}

static bool start_certificates(Service *service, GError **error)
{
	const LxInjectSettings *settings = service->settings;

	if (!settings->certificate)
		return start_keeper(service);
	service->files = lx_inject_certificate_files_new(
		service->server, settings->certificate, settings->key, error);
	return service->files != NULL;
}

/* ---- The end ------------------------------------------------------------------------------- */

static gboolean on_stop_look(gpointer data)
{
	Service *service = data;

	gint64 taken = g_get_monotonic_time() - service->asked_at;

	if (taken < (gint64)service->settings->drain_sec * G_USEC_PER_SEC)
		return G_SOURCE_CONTINUE;
	lx_inject_server_stop(service->server);
	if (lx_inject_server_busy(service->server) > 0 && taken < STOP_SEC * G_USEC_PER_SEC)
		return G_SOURCE_CONTINUE;
	g_main_loop_quit(service->loop);
	return G_SOURCE_REMOVE;
}

/*
 * It takes the cluster some seconds to hear that we are not ready and to send nothing more: until
 * then everything is answered as ever.
 */
static gboolean on_signal(gpointer data)
{
	Service *service = data;

	if (service->asked_at != 0)
		return G_SOURCE_CONTINUE;
	lx_inject_log("info", "stopping");
	service->asked_at = g_get_monotonic_time();
	lx_inject_server_drain(service->server);
	g_timeout_add(STOP_LOOK_MSEC, on_stop_look, service);
	return G_SOURCE_CONTINUE;
}

/* ---- The whole ----------------------------------------------------------------------------- */

/* With certificates from files it can do without an API server: then no namespace is known. */
static bool connect_api(Service *service, GError **error)
{
	LxInjectSettings *settings = service->settings;
	g_autoptr(GError) failure = NULL;

	if (lx_inject_access_complete(&settings->access, &failure)) {
		service->client = lx_inject_client_new(&settings->access);
		return true;
	}
	if (settings->certificate) {
		lx_inject_log("warning", failure->message);
		return true;
	}
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

static bool start(Service *service, GError **error)
{
	const LxInjectSettings *settings = service->settings;
	g_autofree char *port_text = NULL;
	unsigned port;

	service->loop = g_main_loop_new(NULL, FALSE);
	if (!connect_api(service, error))
		return false;
	service->namespaces = lx_inject_namespaces_new(ask_for_namespace, service);
	service->server = lx_inject_server_new(&settings->policy, service->namespaces);
	if (!start_certificates(service, error) ||
		!lx_inject_server_start(service->server, settings->listen, &port, error))
		return false;
	/* Never removed: that would let a second signal kill what is just ending. */
	g_unix_signal_add(SIGTERM, on_signal, service);
	g_unix_signal_add(SIGINT, on_signal, service);
	port_text = g_strdup_printf("%u", port);
	lx_inject_log("info", "serving", "address", settings->listen, "port", port_text, "version",
		LXFS_VERSION);
	return true;
}

bool lx_inject_service_run(LxInjectSettings *settings, GError **error)
{
	g_auto(Service) service = {.settings = settings};

	signal(SIGPIPE, SIG_IGN);
	/* glib-networking has no other way to say it, and Debian's GnuTLS still takes TLS 1.0. */
	g_setenv("G_TLS_GNUTLS_PRIORITY", "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", FALSE);
	lx_inject_types_make();
	lx_inject_log_adopt();
	if (!start(&service, error))
		return false;
	g_main_loop_run(service.loop);
	lx_inject_log("info", "stopped");
	return true;
}
