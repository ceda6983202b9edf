/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may talk to the HTTP server, and for how long. */
#include "metrics/admission.h"

#define CONNECTIONS_MAX 16u
#define LIMIT_SECONDS 10

struct LxAdmission {
	GSocketService *service;
	GSocketAddress *address;
	SoupServer *server;
	unsigned connections;
};

typedef struct {
	LxAdmission *admission;
	GSocket *socket;
	guint deadline; /* 0: it has come */
} Visit;

/* Whoever reads from it or writes to it sees the end, and lets go of it. */
static gboolean on_deadline(gpointer data)
{
	Visit *visit = data;

	visit->deadline = 0;
	g_socket_shutdown(visit->socket, TRUE, TRUE, NULL);
	return G_SOURCE_REMOVE;
}

static void on_gone(gpointer data, GObject *connection)
{
	Visit *visit = data;

	if (visit->deadline)
		g_source_remove(visit->deadline);
	visit->admission->connections--;
	g_object_unref(visit->socket);
	g_free(visit);
}

static void watch(LxAdmission *admission, GSocketConnection *connection)
{
	Visit *visit = g_new0(Visit, 1);

	visit->admission = admission;
	visit->socket = g_object_ref(g_socket_connection_get_socket(connection));
	visit->deadline = g_timeout_add_seconds(LIMIT_SECONDS, on_deadline, visit);
	admission->connections++;
	g_object_weak_ref(G_OBJECT(connection), on_gone, visit);
}

static gboolean on_incoming(
	GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
	LxAdmission *admission = data;
	g_autoptr(GSocketAddress) remote = g_socket_connection_get_remote_address(connection, NULL);
	g_autoptr(GError) error = NULL;

	if (admission->connections >= CONNECTIONS_MAX)
		return TRUE;
	watch(admission, connection);
	if (!soup_server_accept_iostream(
		    admission->server, G_IO_STREAM(connection), admission->address, remote, &error))
		g_info("taking a connection: %s, ignoring", error->message);
	return TRUE;
}

LxAdmission *lx_admission_new(SoupServer *server, GSocketAddress *address, GError **error)
{
	g_autoptr(LxAdmission) admission = g_new0(LxAdmission, 1);

	admission->service = g_socket_service_new();
	admission->server = g_object_ref(server);
	if (!g_socket_listener_add_address(G_SOCKET_LISTENER(admission->service), address,
		    G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, &admission->address,
		    error))
		return NULL;
	g_signal_connect(admission->service, "incoming", G_CALLBACK(on_incoming), admission);
	return g_steal_pointer(&admission);
}

void lx_admission_free(LxAdmission *admission)
{
	if (!admission)
		return;
	g_socket_service_stop(admission->service);
	g_socket_listener_close(G_SOCKET_LISTENER(admission->service));
	g_clear_object(&admission->address);
	g_clear_object(&admission->server);
	g_clear_object(&admission->service);
	g_free(admission);
}

GSocketAddress *lx_admission_address(const LxAdmission *admission)
{
	return g_object_ref(admission->address);
}
