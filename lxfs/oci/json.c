/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON that somebody else wrote, by json-glib. */
#include "oci/json.h"

#include <errno.h>
#include <string.h>

#define DEPTH_MAX 64
/* What JSON has outside of strings: punctuation, numbers, true, false, null, blanks (RFC 8259). */
#define PLAIN "{}[]:,+-.0123456789eEtrufalsn \t\r\n"

/* Behind the closing quote of the string that begins here; NULL: it does not end. */
static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end; at++) {
		if (*at == '"')
			return at + 1;
		if (*at == '\\')
			at++;
	}
	return NULL;
}

static const char *step(const char *at, const char *end, int *depth)
{
	if (*at == '"')
		return skip_string(at, end);
	if (*at == '\0' || !strchr(PLAIN, *at))
		return NULL;
	*depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
	return at + 1;
}

/* Nothing but blanks behind the first value: json-glib reads on, and loses what it has read. */
static bool is_plain(const char *text, size_t length, GError **error)
{
	const char *end = text + length;
	bool complete = false;
	int depth = 0;

	for (const char *at = text; at < end;) {
		const char *next = step(at, end, &depth);

		if (!next || (complete && !g_ascii_isspace(*at))) {
			lx_error_set(
				error, EINVAL, "it is not JSON at byte %zu", (size_t)(at - text));
			return false;
		}
		if (depth > DEPTH_MAX) {
			lx_error_set(error, EINVAL, "it is nested deeper than %d", DEPTH_MAX);
			return false;
		}
		complete = complete || (depth == 0 && (*at == '}' || *at == ']'));
		at = next;
	}
	return true;
}

JsonObject *lx_json_parse(const char *text, size_t length, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new_immutable();
	g_autoptr(GError) failure = NULL;
	JsonNode *root;

	if (!is_plain(text, length, error))
		return NULL;
	if (!json_parser_load_from_data(parser, text, (gssize)length, &failure)) {
		lx_error_set(error, EINVAL, "it is not JSON: %s", failure->message);
		return NULL;
	}
	root = json_parser_get_root(parser);
	if (root && JSON_NODE_HOLDS_OBJECT(root))
		return json_object_ref(json_node_get_object(root));
	lx_error_set(error, EINVAL, "it is no JSON object");
	return NULL;
}

/* ---- Members ----------------------------------------------------------------------------- */

static JsonObject *as_object(JsonNode *node)
{
	return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static bool holds(JsonNode *node, GType type)
{
	return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

JsonObject *lx_json_object(JsonObject *object, const char *name)
{
	return as_object(json_object_get_member(object, name));
}

JsonArray *lx_json_array(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

const char *lx_json_string(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return holds(node, G_TYPE_STRING) ? json_node_get_string(node) : NULL;
}

int64_t lx_json_integer(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return holds(node, G_TYPE_INT64) ? json_node_get_int(node) : 0;
}

JsonObject *lx_json_object_at(JsonArray *array, unsigned index)
{
	return as_object(json_array_get_element(array, index));
}

const char *lx_json_string_at(JsonArray *array, unsigned index)
{
	JsonNode *node = json_array_get_element(array, index);

	return holds(node, G_TYPE_STRING) ? json_node_get_string(node) : NULL;
}
