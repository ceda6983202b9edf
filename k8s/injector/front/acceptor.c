/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes connections, speaks TLS with the certificate of the moment, and hands them on. */
#include "front/acceptor.h"

#include "front/loan.h"
#include "log.h"

#include <errno.h>
#include <string.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#define CONNECTIONS_MAX 512
#define BACKLOG 128
#define HANDSHAKE_SEC 10
/* An API server keeps an idle connection for 90 seconds: whoever closes first should be it. */
#define IDLE_SEC 120
#define REQUEST_SEC 10
#define TLS_HANDSHAKE_RECORD 0x16
#define CONNECTION_KEY "lx-inject-connection"

struct LxInjectAcceptor {
	GSocketService *service;
	SoupServer *server;
	GTlsCertificate *certificate;
	LxInjectMetrics *metrics;
	unsigned port;
};

/* One that was accepted. What libsoup has of it leads here by the remote address. */
typedef struct {
	LxInjectAcceptor *acceptor;
	GSocketConnection *stream;
	GIOStream *tls; /* NULL: it has not come to that */
	GSocketAddress *local;
	GSocketAddress *remote;
	bool idle;      /* between two requests */
	bool again;     /* another request may follow the one that is answered */
	guint deadline; /* a GLib source; 0: none */
} Connection;

static GSocket *socket_of(const Connection *connection)
{
	return g_socket_connection_get_socket(connection->stream);
}

static char *name_of(const Connection *connection)
{
	g_autoptr(GSocketAddress) address =
		g_socket_connection_get_remote_address(connection->stream, NULL);

	return address ? g_socket_connectable_to_string(G_SOCKET_CONNECTABLE(address))
		       : g_strdup("somebody");
}

static void connection_free(Connection *connection)
{
	if (connection->deadline)
		g_source_remove(connection->deadline);
	/* Messages of it may live on, and no longer lead here. */
	if (connection->remote)
		g_object_set_data(G_OBJECT(connection->remote), CONNECTION_KEY, NULL);
	g_clear_object(&connection->remote);
	g_clear_object(&connection->local);
	connection->acceptor->metrics->connections--;
	if (connection->tls)
		g_io_stream_close_async(connection->tls, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
	g_clear_object(&connection->tls);
	g_object_unref(connection->stream);
	g_free(connection);
}

static void refuse(Connection *connection, const char *why)
{
	g_autofree char *peer = name_of(connection);

	connection->acceptor->metrics->refused_connections++;
	lx_inject_log("warning", "a connection is closed", "peer", peer, "why", why);
	g_io_stream_close(G_IO_STREAM(connection->stream), NULL, NULL);
	connection_free(connection);
}

/* ---- Limits -------------------------------------------------------------------------------- */

/* The read that somebody waits in ends, and with it whatever waits for the read. */
static gboolean on_deadline(gpointer data)
{
	Connection *connection = data;
	g_autofree char *peer = name_of(connection);

	connection->deadline = 0;
	g_socket_shutdown(socket_of(connection), TRUE, TRUE, NULL);
	if (connection->idle)
		return G_SOURCE_REMOVE;
	connection->acceptor->metrics->refused_connections++;
	lx_inject_log("warning", "a connection is closed", "peer", peer, "why", "it is too slow");
	return G_SOURCE_REMOVE;
}

static void set_deadline(Connection *connection, unsigned seconds)
{
	if (connection->deadline)
		g_source_remove(connection->deadline);
	connection->deadline =
		seconds > 0 ? g_timeout_add_seconds(seconds, on_deadline, connection) : 0;
}

static Connection *connection_of(SoupServerMessage *message)
{
	GSocketAddress *address = soup_server_message_get_remote_address(message);

	return address ? g_object_get_data(G_OBJECT(address), CONNECTION_KEY) : NULL;
}

void lx_inject_acceptor_begin(SoupServerMessage *message)
{
	Connection *connection = connection_of(message);

	if (!connection)
		return;
	connection->idle = false;
	set_deadline(connection, REQUEST_SEC);
}

static void hold(const Connection *connection, bool held)
{
	g_socket_set_option(socket_of(connection), IPPROTO_TCP, TCP_CORK, held, NULL);
}

void lx_inject_acceptor_hold(SoupServerMessage *message)
{
	const Connection *connection = connection_of(message);

	if (connection)
		hold(connection, true);
}

/* The whole request was read, and neither side wants the connection closed. */
static bool is_answered(SoupServerMessage *message)
{
	const char *asked = soup_message_headers_get_one(
		soup_server_message_get_request_headers(message), "Connection");
	const char *said = soup_message_headers_get_one(
		soup_server_message_get_response_headers(message), "Connection");

	return soup_server_message_get_http_version(message) == SOUP_HTTP_1_1 &&
	       soup_server_message_get_status(message) != SOUP_STATUS_NONE &&
	       !(asked && soup_header_contains(asked, "close")) &&
	       !(said && soup_header_contains(said, "close"));
}

void lx_inject_acceptor_finish(SoupServerMessage *message)
{
	Connection *connection = connection_of(message);

	if (!connection)
		return;
	hold(connection, false);
	connection->again = connection->idle = is_answered(message);
	set_deadline(connection, connection->again ? IDLE_SEC : REQUEST_SEC);
}

/* ---- TLS ----------------------------------------------------------------------------------- */

/*
 * libsoup 3.2 forgets a connection that its client closes between two requests: it stays open for
 * ever. So it never has one between two requests. It is lent the connection for one, and when it
 * closes that loan, the connection is lent anew for the next.
 */
static void lend(Connection *connection);

static gboolean on_returned(gpointer data)
{
	Connection *connection = data;

	if (connection->again)
		lend(connection);
	else
		connection_free(connection);
	return G_SOURCE_REMOVE;
}

/* Not within libsoup's own closing. */
static void on_back(gpointer data)
{
	g_idle_add_full(G_PRIORITY_DEFAULT, on_returned, data, NULL);
}

static void lend(Connection *connection)
{
	g_autoptr(GIOStream) loan = lx_inject_loan_new(connection->tls, on_back, connection);
	g_autoptr(GError) error = NULL;

	connection->again = false;
	if (!soup_server_accept_iostream(connection->acceptor->server, loan, connection->local,
		    connection->remote, &error))
		lx_inject_log("warning", "a connection is closed", "why", error->message);
}

static bool know_addresses(Connection *connection, GError **error)
{
	connection->local = g_socket_connection_get_local_address(connection->stream, error);
	if (!connection->local)
		return false;
	connection->remote = g_socket_connection_get_remote_address(connection->stream, error);
	if (!connection->remote)
		return false;
	g_object_set_data(G_OBJECT(connection->remote), CONNECTION_KEY, connection);
	return true;
}

static void on_handshake(GObject *object, GAsyncResult *result, gpointer data)
{
	Connection *connection = data;
	g_autoptr(GError) error = NULL;

	if (!g_tls_connection_handshake_finish(G_TLS_CONNECTION(object), result, &error) ||
		!know_addresses(connection, &error)) {
		refuse(connection, error->message);
		return;
	}
	set_deadline(connection, REQUEST_SEC);
	lend(connection);
}

/*
 * Nobody's certificate is looked at, and the system's authorities are megabytes that are parsed for
 * each connection: so none are set before it is initialised, not after.
 */
static GIOStream *new_tls(GIOStream *stream, GTlsCertificate *certificate, GError **error)
{
	GType type = g_tls_backend_get_server_connection_type(g_tls_backend_get_default());

	return g_initable_new(type, NULL, error, "base-io-stream", stream, "certificate",
		certificate, "database", NULL, "require-close-notify", FALSE, NULL);
}

static void start_tls(Connection *connection)
{
	GTlsCertificate *certificate = connection->acceptor->certificate;
	g_autoptr(GError) error = NULL;
	GIOStream *tls;

	if (!certificate) {
		refuse(connection, "there is no certificate yet");
		return;
	}
	tls = new_tls(G_IO_STREAM(connection->stream), certificate, &error);
	if (!tls) {
		refuse(connection, error->message);
		return;
	}
	connection->tls = tls;
	g_tls_connection_handshake_async(
		G_TLS_CONNECTION(tls), G_PRIORITY_DEFAULT, NULL, on_handshake, connection);
}

/* ---- The first byte ------------------------------------------------------------------------ */

/* A socket that is closed with something unread in it takes back what it has sent. */
static void read_away(GSocket *socket)
{
	char unread[4096];

	while (g_socket_receive(socket, unread, sizeof(unread), NULL, NULL) > 0)
		;
}

/* Whoever speaks plain HTTP is told so in plain HTTP. */
static void refuse_plain(Connection *connection)
{
	static const char answer[] = "HTTP/1.1 400 Bad Request\r\n"
				     "Content-Type: text/plain\r\n"
				     "Connection: close\r\n"
				     "Content-Length: 58\r\n\r\n"
				     "lxfs-injector speaks HTTPS only: use https:// on this port";

	g_socket_send(socket_of(connection), answer, sizeof(answer) - 1, NULL, NULL);
	g_socket_shutdown(socket_of(connection), FALSE, TRUE, NULL);
	read_away(socket_of(connection));
	refuse(connection, "it is not TLS");
}

static gboolean on_first_byte(GSocket *socket, GIOCondition condition, gpointer data)
{
	Connection *connection = data;
	unsigned char first = 0;
	GInputVector vector = {&first, 1};
	gint flags = G_SOCKET_MSG_PEEK;
	gssize got =
		g_socket_receive_message(socket, NULL, &vector, 1, NULL, NULL, &flags, NULL, NULL);

	if (got <= 0)
		refuse(connection, got == 0 ? "it ended before it began" : "it cannot be read");
	else if (first == TLS_HANDSHAKE_RECORD)
		start_tls(connection);
	else
		refuse_plain(connection);
	return G_SOURCE_REMOVE;
}

static void await_first_byte(Connection *connection)
{
	g_autoptr(GSource) source =
		g_socket_create_source(socket_of(connection), G_IO_IN | G_IO_HUP, NULL);

	g_source_set_callback(source, G_SOURCE_FUNC(on_first_byte), connection, NULL);
	g_source_attach(source, NULL);
}

static gboolean on_incoming(
	GSocketService *service, GSocketConnection *stream, GObject *source, gpointer data)
{
	LxInjectAcceptor *acceptor = data;
	Connection *connection = g_new0(Connection, 1);

	connection->acceptor = acceptor;
	connection->stream = g_object_ref(stream);
	acceptor->metrics->connections++;
	if (acceptor->metrics->connections > CONNECTIONS_MAX) {
		refuse(connection, "there are too many");
		return TRUE;
	}
	g_socket_set_blocking(socket_of(connection), FALSE);
	/* An answer is two writes: the second must not wait for the first to be acknowledged. */
	g_socket_set_option(socket_of(connection), IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
	set_deadline(connection, HANDSHAKE_SEC);
	await_first_byte(connection);
	return TRUE;
}

/* ---- The whole ----------------------------------------------------------------------------- */

LxInjectAcceptor *lx_inject_acceptor_new(SoupServer *server, LxInjectMetrics *metrics)
{
	LxInjectAcceptor *acceptor = g_new0(LxInjectAcceptor, 1);

	acceptor->service = g_socket_service_new();
	g_socket_listener_set_backlog(G_SOCKET_LISTENER(acceptor->service), BACKLOG);
	acceptor->server = server;
	acceptor->metrics = metrics;
	g_signal_connect(acceptor->service, "incoming", G_CALLBACK(on_incoming), acceptor);
	return acceptor;
}

void lx_inject_acceptor_free(LxInjectAcceptor *acceptor)
{
	if (!acceptor)
		return;
	lx_inject_acceptor_stop(acceptor);
	g_clear_object(&acceptor->certificate);
	g_object_unref(acceptor->service);
	g_free(acceptor);
}

static GSocketAddress *parse_address(const char *text, GError **error)
{
	const char *colon = strrchr(text, ':');
	g_autofree char *host = colon ? g_strndup(text, (gsize)(colon - text)) : NULL;
	guint64 port = 0;
	GSocketAddress *address = NULL;

	if (host && host[0] == '[' && g_str_has_suffix(host, "]")) {
		memmove(host, host + 1, strlen(host));
		host[strlen(host) - 1] = '\0';
	}
	if (host && g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL))
		address = g_inet_socket_address_new_from_string(host, (guint)port);
	if (!address)
		lx_error_set(error, EINVAL,
			"listening on \"%s\": it takes ADDRESS:PORT, as 0.0.0.0:8443 or [::]:8443",
			text);
	return address;
}

bool lx_inject_acceptor_listen(LxInjectAcceptor *acceptor, const char *text, GError **error)
{
	g_autoptr(GSocketAddress) address = parse_address(text, error);
	g_autoptr(GSocketAddress) effective = NULL;
	g_autoptr(GError) failure = NULL;

	if (!address)
		return false;
	if (!g_socket_listener_add_address(G_SOCKET_LISTENER(acceptor->service), address,
		    G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &effective, &failure)) {
		lx_error_set(error, EIO, "listening on %s: %s", text, failure->message);
		return false;
	}
	acceptor->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(effective));
	g_socket_service_start(acceptor->service);
	return true;
}

unsigned lx_inject_acceptor_port(const LxInjectAcceptor *acceptor)
{
	return acceptor->port;
}

void lx_inject_acceptor_stop(LxInjectAcceptor *acceptor)
{
	g_socket_service_stop(acceptor->service);
	g_socket_listener_close(G_SOCKET_LISTENER(acceptor->service));
}

void lx_inject_acceptor_set_certificate(LxInjectAcceptor *acceptor, GTlsCertificate *certificate)
{
	g_set_object(&acceptor->certificate, certificate);
}
