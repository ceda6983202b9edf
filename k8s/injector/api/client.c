/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks the API server. */
#include "api/client.h"

#include <errno.h>
#include <string.h>

#include <libsoup/soup.h>

#define TIMEOUT_SEC 5
#define TOO_MANY_REQUESTS 429
#define ATTEMPTS 4
#define FIRST_PAUSE_MSEC 200
#define ANSWER_BYTES_MAX (8u << 20)

struct LxInjectClient {
	const LxInjectAccess *access;
	SoupSession *session;
};

LxInjectClient *lx_inject_client_new(const LxInjectAccess *access)
{
	LxInjectClient *client = g_new0(LxInjectClient, 1);

	client->access = access;
	return client;
}

void lx_inject_client_free(LxInjectClient *client)
{
	if (!client)
		return;
	g_clear_object(&client->session);
	g_free(client);
}

/* ---- Requests ------------------------------------------------------------------------------ */

/* The authority's file is read with the session: a new one is made when a connection has failed. */
static bool open_session(LxInjectClient *client, GError **error)
{
	g_autoptr(GError) failure = NULL;
	g_autoptr(GTlsDatabase) database = NULL;

	if (client->session)
		return true;
	database = g_tls_file_database_new(client->access->ca_file, &failure);
	if (!database) {
		lx_error_set(error, EIO, "reading the API server's authority %s: %s",
			client->access->ca_file, failure->message);
		return false;
	}
	/* Parsed for each connection before it is given others: the system's are many. */
	g_tls_backend_set_default_database(g_tls_backend_get_default(), database);
	client->session = soup_session_new_with_options("tls-database", database, "timeout",
		TIMEOUT_SEC, "user-agent", "lxfs-injector/" LXFS_VERSION, NULL);
	soup_session_set_proxy_resolver(client->session, NULL);
	return true;
}

static SoupMessage *make_request(LxInjectClient *client, const LxInjectCall *call, GError **error)
{
	g_autofree char *url = g_strconcat(client->access->url, call->path, NULL);
	g_autofree char *authorization = lx_inject_access_header(client->access, error);
	g_autoptr(GBytes) body = call->type ? g_bytes_new(call->body, strlen(call->body)) : NULL;
	SoupMessage *message;
	SoupMessageHeaders *headers;

	if (!authorization || !open_session(client, error))
		return NULL;
	message = soup_message_new(call->method, url);
	if (!message) {
		lx_error_set(error, EINVAL, "asking the API server: %s is no URL", url);
		return NULL;
	}
	headers = soup_message_get_request_headers(message);
	soup_message_headers_replace(headers, "Authorization", authorization);
	soup_message_headers_replace(headers, "Accept", "application/json");
	if (body)
		soup_message_set_request_body_from_bytes(message, call->type, body);
	return message;
}

/* ---- Answers ------------------------------------------------------------------------------- */

static int code_of_status(unsigned status)
{
	switch (status) {
	case SOUP_STATUS_NOT_FOUND:
		return ENOENT;
	case SOUP_STATUS_CONFLICT:
	case SOUP_STATUS_UNPROCESSABLE_ENTITY:
		return EAGAIN;
	case SOUP_STATUS_UNAUTHORIZED:
	case SOUP_STATUS_FORBIDDEN:
		return EACCES;
	default:
		return EIO;
	}
}

/* A failure's body is a Status with a message. */
static void fail(SoupMessage *message, JsonNode *body, GError **error)
{
	g_autofree char *path = g_uri_to_string_partial(
		soup_message_get_uri(message), G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY);
	JsonObject *status =
		body && JSON_NODE_HOLDS_OBJECT(body) ? json_node_get_object(body) : NULL;
	const char *why = lx_inject_json_string(status, "message");

	lx_error_set(error, code_of_status(soup_message_get_status(message)), "%s %s: %u %.300s",
		soup_message_get_method(message), path, soup_message_get_status(message),
		why ? why : soup_message_get_reason_phrase(message));
}

static JsonNode *read_answer(SoupMessage *message, GBytes *bytes, GError **error)
{
	gsize size = 0;
	const char *text = bytes ? g_bytes_get_data(bytes, &size) : NULL;
	g_autoptr(JsonNode) body = NULL;

	if (size <= ANSWER_BYTES_MAX)
		body = lx_inject_json_parse(text ? text : "", size, NULL);
	if (!SOUP_STATUS_IS_SUCCESSFUL(soup_message_get_status(message))) {
		fail(message, body, error);
		return NULL;
	}
	if (!body || !JSON_NODE_HOLDS_OBJECT(body)) {
		lx_error_set(error, EIO, "asking the API server: its answer is no JSON object");
		return NULL;
	}
	return g_steal_pointer(&body);
}

static void fail_to_connect(LxInjectClient *client, const GError *failure, GError **error)
{
	bool cancelled = g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CANCELLED);

	lx_error_set(error, cancelled ? ECANCELED : EIO, "asking the API server %s: %s",
		client->access->url, failure->message);
}

/* ---- Now ----------------------------------------------------------------------------------- */

static JsonNode *call_once(LxInjectClient *client, const LxInjectCall *call,
	GCancellable *cancellable, bool *out_again, GError **error)
{
	g_autoptr(SoupMessage) message = make_request(client, call, error);
	g_autoptr(GError) failure = NULL;
	g_autoptr(GBytes) bytes = NULL;
	unsigned status;

	*out_again = false;
	if (!message)
		return NULL;
	bytes = soup_session_send_and_read(client->session, message, cancellable, &failure);
	if (!bytes) {
		*out_again = !g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CANCELLED);
		fail_to_connect(client, failure, error);
		g_clear_object(&client->session);
		return NULL;
	}
	status = soup_message_get_status(message);
	*out_again = status == TOO_MANY_REQUESTS || status >= 500;
	return read_answer(message, bytes, error);
}

/* Ends early when it is cancelled. */
static void pause_for(unsigned attempt, GCancellable *cancellable)
{
	gint64 pause = FIRST_PAUSE_MSEC << attempt;
	GPollFD fd;

	pause += g_random_int_range(0, (gint32)pause); /* two replicas do not go in step */
	if (!g_cancellable_make_pollfd(cancellable, &fd)) {
		g_usleep((gulong)pause * 1000);
		return;
	}
	g_poll(&fd, 1, (gint)pause);
	g_cancellable_release_fd(cancellable);
}

JsonNode *lx_inject_client_call(
	LxInjectClient *client, const LxInjectCall *call, GCancellable *cancellable, GError **error)
{
	bool again = true;

	for (unsigned attempt = 0; again; attempt++) {
		g_autoptr(GError) failure = NULL;
		JsonNode *answer = call_once(client, call, cancellable, &again, &failure);

		if (answer)
			return answer;
		if (!again || attempt + 1 == ATTEMPTS || g_cancellable_is_cancelled(cancellable)) {
			g_propagate_error(error, g_steal_pointer(&failure));
			return NULL;
		}
		pause_for(attempt, cancellable);
	}
	return NULL;
}

/* ---- Later --------------------------------------------------------------------------------- */

typedef struct {
	LxInjectClient *client;
	SoupMessage *message;
	LxInjectClientDone done;
	gpointer data;
} Question;

static void on_answer(GObject *object, GAsyncResult *result, gpointer data)
{
	g_autofree Question *question = data;
	g_autoptr(SoupMessage) message = question->message;
	g_autoptr(GError) failure = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonNode) answer = NULL;
	g_autoptr(GBytes) bytes =
		soup_session_send_and_read_finish(SOUP_SESSION(object), result, &failure);

	if (bytes)
		answer = read_answer(message, bytes, &error);
	else
		fail_to_connect(question->client, failure, &error);
	if (!bytes && question->client->session == SOUP_SESSION(object))
		g_clear_object(&question->client->session);
	question->done(answer, error, question->data);
}

void lx_inject_client_ask(
	LxInjectClient *client, const LxInjectCall *call, LxInjectClientDone done, gpointer data)
{
	g_autoptr(GError) error = NULL;
	SoupMessage *message = make_request(client, call, &error);
	Question *question;

	if (!message) {
		done(NULL, error, data);
		return;
	}
	question = g_new0(Question, 1);
	*question = (Question){client, message, done, data};
	soup_session_send_and_read_async(
		client->session, message, G_PRIORITY_DEFAULT, NULL, on_answer, question);
}
