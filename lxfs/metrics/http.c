/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `lxfs metrics --listen`: the metrics over HTTP, until SIGTERM.
 *
 * GET /metrics and GET /healthz, one request for a connection. The text is made at most once a
 * second, however many ask for it.
 */
#include "metrics/admission.h"
#include "metrics/arguments.h"
#include "metrics/page.h"
#include "metrics/whereabouts.h"
#include "verb.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <glib-unix.h>

#define TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define FRESH_USEC G_USEC_PER_SEC
#define SAMPLE_SECONDS 5

typedef struct {
	LxPage page;
	char *text; /* as it was last made */
	gint64 made_usec;
	GMainLoop *loop;
} Exporter;

/* ---- Requests ---------------------------------------------------------------------------- */

static const char *fresh_text(Exporter *exporter)
{
	gint64 now = g_get_monotonic_time();

	if (exporter->text && now - exporter->made_usec < FRESH_USEC)
		return exporter->text;
	g_free(exporter->text);
	exporter->text = lx_page_make(&exporter->page);
	exporter->made_usec = now;
	return exporter->text;
}

static void answer(SoupServerMessage *message, guint status, const char *text)
{
	soup_server_message_set_status(message, status, NULL);
	soup_server_message_set_response(message, TEXT_TYPE, SOUP_MEMORY_COPY, text, strlen(text));
}

static void answer_metrics(Exporter *exporter, SoupServerMessage *message)
{
	answer(message, SOUP_STATUS_OK, fresh_text(exporter));
}

static void answer_health(Exporter *exporter, SoupServerMessage *message)
{
	if (lx_page_is_up(&exporter->page))
		answer(message, SOUP_STATUS_OK, "ok\n");
	else
		answer(message, SOUP_STATUS_SERVICE_UNAVAILABLE, "lxfs does not serve\n");
}

static const struct {
	const char *path;
	void (*answer)(Exporter *exporter, SoupServerMessage *message);
} paths[] = {
	{"/metrics", answer_metrics},
	{"/healthz", answer_health},
};

static bool is_a_question(SoupServerMessage *message)
{
	const char *method = soup_server_message_get_method(message);

	return method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD;
}

/* What a client sends behind its headers is thrown away as it comes. */
static void on_headers(SoupServer *server, SoupServerMessage *message, const char *path,
	GHashTable *query, gpointer data)
{
	soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
}

static void on_request(SoupServer *server, SoupServerMessage *message, const char *path,
	GHashTable *query, gpointer data)
{
	SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);

	soup_message_headers_replace(headers, "Connection", "close");
	if (!is_a_question(message)) {
		soup_message_headers_replace(headers, "Allow", "GET, HEAD");
		answer(message, SOUP_STATUS_METHOD_NOT_ALLOWED, "only GET is answered\n");
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++)
		if (strcmp(path, paths[i].path) == 0) {
			paths[i].answer(data, message);
			return;
		}
	answer(message, SOUP_STATUS_NOT_FOUND, "there are /metrics and /healthz\n");
}

/* ---- The program ------------------------------------------------------------------------- */

static gboolean on_stop(gpointer data)
{
	g_main_loop_quit(data);
	return G_SOURCE_CONTINUE;
}

static gboolean on_sample(gpointer data)
{
	lx_context_sample(data);
	return G_SOURCE_CONTINUE;
}

static gboolean on_container_ended(gint fd, GIOCondition condition, gpointer data)
{
	lx_context_dispatch(data);
	return G_SOURCE_CONTINUE;
}

static void add_sources(Exporter *exporter)
{
	LxContext *context = exporter->page.context;

	g_unix_signal_add(SIGTERM, on_stop, exporter->loop);
	g_unix_signal_add(SIGINT, on_stop, exporter->loop);
	if (!context)
		return;
	g_unix_fd_add(lx_context_watch_fd(context), G_IO_IN, on_container_ended, context);
	if (exporter->page.figures)
		g_timeout_add_seconds(SAMPLE_SECONDS, on_sample, context);
}

static void tell_where(const LxAdmission *admission)
{
	g_autoptr(GSocketAddress) address = lx_admission_address(admission);
	g_autofree char *text = lx_whereabouts_text(address);

	printf("listening at %s\n", text);
	fflush(stdout);
}

static bool listen_and_serve(Exporter *exporter, const char *where, GError **error)
{
	g_autoptr(GSocketAddress) address = lx_whereabouts_parse(where, error);
	g_autoptr(SoupServer) server = soup_server_new("server-header", "lxfs", NULL);
	g_autoptr(LxAdmission) admission = NULL;

	if (!address || !lx_whereabouts_claim(address, error))
		return false;
	soup_server_add_early_handler(server, NULL, on_headers, exporter, NULL);
	soup_server_add_handler(server, NULL, on_request, exporter, NULL);
	admission = lx_admission_new(server, address, error);
	if (!admission) {
		g_prefix_error(error, "listening at %s: ", where);
		return false;
	}
	tell_where(admission);
	g_main_loop_run(exporter->loop);
	lx_whereabouts_release(address);
	soup_server_disconnect(server);
	return true;
}

static bool run(const LxMetricsArguments *arguments, GError **error)
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autoptr(LxContext) context = lx_page_context_new();
	Exporter exporter = {
		.page = {.runtime_dir = arguments->instance.runtime_dir,
			.mountpoint = arguments->instance.mountpoint,
			.context = context,
			.figures = arguments->containers ? LX_FIGURES_ALL : 0},
		.loop = loop,
	};
	bool served;

	signal(SIGPIPE, SIG_IGN);
	add_sources(&exporter);
	served = listen_and_serve(&exporter, arguments->listen, error);
	g_free(exporter.text);
	return served;
}

int main(int argc, char **argv)
{
	g_auto(LxMetricsArguments) arguments = {0};
	g_autoptr(GError) error = NULL;

	if (!lx_metrics_arguments_parse(&arguments, argc, argv, &error) || !arguments.listen) {
		fprintf(stderr, "lxfs metrics: %s\n", error ? error->message : "no --listen");
		return LX_EXIT_USAGE;
	}
	if (run(&arguments, &error))
		return LX_EXIT_DONE;
	fprintf(stderr, "lxfs metrics: %s\n", error->message);
	return LX_EXIT_FAILED;
}
