/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers POST /mutate. */
#include "front/mutation.h"

#include "log.h"
#include "review/answer.h"
#include "review/pod_verdict.h"
#include "review/status.h"

#include <string.h>

/* What is noted on a message. */
#define TOO_LARGE "lx-inject-too-large"
#define NO_ROOM "lx-inject-no-room"
#define TAKEN "lx-inject-taken"

struct LxInjectMutations {
	const LxInjectPolicy *policy;
	LxInjectNamespaces *namespaces;
	LxInjectMetrics *metrics;
	gsize taken_bytes; /* of the room that large bodies share */
};

/* One that waits for its namespace. */
typedef struct {
	LxInjectMutations *owner;
	SoupServerMessage *message;
	LxInjectReview *review;
	gint64 since; /* g_get_monotonic_time */
} Mutation;

LxInjectMutations *lx_inject_mutations_new(
	const LxInjectPolicy *policy, LxInjectNamespaces *namespaces, LxInjectMetrics *metrics)
{
	LxInjectMutations *mutations = g_new0(LxInjectMutations, 1);

	mutations->policy = policy;
	mutations->namespaces = namespaces;
	mutations->metrics = metrics;
	return mutations;
}

void lx_inject_mutations_free(LxInjectMutations *mutations)
{
	g_free(mutations);
}

/* ---- Refusals ------------------------------------------------------------------------------ */

static void refuse(SoupServerMessage *message, unsigned status, const char *why)
{
	g_autofree char *line = g_strconcat(why, "\n", NULL);
	g_autofree char *code = g_strdup_printf("%u", status);
	const char *peer = soup_server_message_get_remote_host(message);

	lx_inject_log("warning", "a request is refused", "status", code, "peer", peer, "why", why);
	soup_server_message_set_status(message, status, NULL);
	soup_server_message_set_response(
		message, "text/plain; charset=utf-8", SOUP_MEMORY_COPY, line, strlen(line));
}

static void refuse_size(SoupServerMessage *message)
{
	/* What is still to come is not read: the connection is of no use any more. */
	soup_message_headers_replace(
		soup_server_message_get_response_headers(message), "Connection", "close");
	refuse(message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE,
		"the body is too large: reviews are below 3 MiB");
}

/* ---- The body's bound ---------------------------------------------------------------------- */

static gsize set_taken(LxInjectMutations *owner, SoupServerMessage *message, gsize bytes)
{
	gsize before = GPOINTER_TO_SIZE(g_object_get_data(G_OBJECT(message), TAKEN));

	if (bytes != before)
		g_object_set_data(G_OBJECT(message), TAKEN, GSIZE_TO_POINTER(bytes));
	owner->taken_bytes += bytes - before;
	return owner->taken_bytes;
}

void lx_inject_mutations_release(LxInjectMutations *owner, SoupServerMessage *message)
{
	set_taken(owner, message, 0);
}

/* The rest of the body is read and forgotten; then it is answered so. */
static void drop(LxInjectMutations *owner, SoupServerMessage *message, const char *mark)
{
	SoupMessageBody *body = soup_server_message_get_request_body(message);

	soup_message_body_set_accumulate(body, FALSE);
	soup_message_body_truncate(body);
	lx_inject_mutations_release(owner, message);
	g_object_set_data(G_OBJECT(message), mark, message);
}

static void on_chunk(SoupServerMessage *message, GBytes *chunk, gpointer data)
{
	LxInjectMutations *owner = data;
	SoupMessageBody *body = soup_server_message_get_request_body(message);
	gsize length = (gsize)MAX(body->length, 0);

	if (!soup_message_body_get_accumulate(body))
		return;
	if (length >= LX_INJECT_MUTATION_BYTES_MAX)
		drop(owner, message, TOO_LARGE);
	else if (length > LX_INJECT_MUTATION_SMALL_BYTES &&
		 set_taken(owner, message, length - LX_INJECT_MUTATION_SMALL_BYTES) >
			 LX_INJECT_MUTATION_ROOM_BYTES)
		drop(owner, message, NO_ROOM);
}

/* A length that is said is believed at once; one that is not is counted. */
void lx_inject_mutations_bound(LxInjectMutations *owner, SoupServerMessage *message)
{
	SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
	goffset length = soup_message_headers_get_content_length(headers);

	if (length >= LX_INJECT_MUTATION_BYTES_MAX)
		refuse_size(message);
	else
		g_signal_connect(message, "got-chunk", G_CALLBACK(on_chunk), owner);
}

/* ---- One review ---------------------------------------------------------------------------- */

static void log_decision(const LxInjectReview *review, const LxInjectDecision *decision)
{
	g_autofree char *skips = lx_inject_status_skips(decision);

	lx_inject_log("info", "a pod is reviewed", "decision",
		lx_inject_reason_name(decision->verdict), "namespace", review->namespace_name,
		"pod", review->name, "uid", review->uid, "skipped", *skips ? skips : NULL, "dryRun",
		review->dry_run ? "true" : NULL);
}

static void respond(LxInjectMutations *owner, SoupServerMessage *message,
	const LxInjectReview *review, JsonObject *labels)
{
	g_autoptr(LxInjectDecision) decision =
		lx_inject_decision_make(review, labels, owner->policy);
	char *text = lx_inject_answer_make(review, decision, owner->policy);

	owner->metrics->decisions[decision->verdict]++;
	log_decision(review, decision);
	soup_server_message_set_status(message, SOUP_STATUS_OK, NULL);
	soup_server_message_set_response(
		message, "application/json", SOUP_MEMORY_TAKE, text, strlen(text));
}

static void on_labels(JsonObject *labels, gpointer data)
{
	g_autofree Mutation *mutation = data;
	g_autoptr(SoupServerMessage) message = mutation->message;
	g_autoptr(LxInjectReview) review = mutation->review;
	LxInjectMutations *owner = mutation->owner;

	respond(owner, message, review, labels);
	lx_inject_metrics_count_latency(owner->metrics, g_get_monotonic_time() - mutation->since);
	soup_server_message_unpause(message);
}

/* Paused first: the labels may be there at once. */
static void wait_for_labels(
	LxInjectMutations *owner, SoupServerMessage *message, LxInjectReview *review, gint64 since)
{
	Mutation *mutation = g_new0(Mutation, 1);

	*mutation = (Mutation){owner, g_object_ref(message), review, since};
	soup_server_message_pause(message);
	lx_inject_namespaces_find(owner->namespaces, review->namespace_name, on_labels, mutation);
}

static bool check_request(SoupServerMessage *message)
{
	const char *type = soup_message_headers_get_content_type(
		soup_server_message_get_request_headers(message), NULL);

	if (soup_server_message_get_method(message) != SOUP_METHOD_POST)
		refuse(message, SOUP_STATUS_METHOD_NOT_ALLOWED,
			"this is for POST, from an API server");
	else if (g_object_get_data(G_OBJECT(message), TOO_LARGE))
		refuse_size(message);
	else if (g_object_get_data(G_OBJECT(message), NO_ROOM))
		refuse(message, SOUP_STATUS_SERVICE_UNAVAILABLE,
			"too many large bodies at a time; ask again");
	else if (g_strcmp0(type, "application/json") != 0)
		refuse(message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE,
			"the Content-Type is not application/json");
	else
		return true;
	return false;
}

void lx_inject_mutations_answer(LxInjectMutations *owner, SoupServerMessage *message)
{
	SoupMessageBody *body = soup_server_message_get_request_body(message);
	gint64 since = g_get_monotonic_time();
	g_autoptr(LxInjectReview) review = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = NULL;
	gconstpointer data;
	gsize size;

	if (!check_request(message))
		return;
	bytes = soup_message_body_flatten(body);
	data = g_bytes_get_data(bytes, &size);
	review = lx_inject_review_parse(data ? data : "", size, &error);
	if (!review) {
		refuse(message, SOUP_STATUS_BAD_REQUEST, error->message);
		return;
	}
	if (lx_inject_pod_verdict_needs_namespace(review, owner->policy)) {
		wait_for_labels(owner, message, g_steal_pointer(&review), since);
		return;
	}
	respond(owner, message, review, NULL);
	lx_inject_metrics_count_latency(owner->metrics, g_get_monotonic_time() - since);
}
