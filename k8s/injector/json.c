/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON from elsewhere.
 *
 * json-glib parses by recursion without a limit, and takes more than JSON: comments, and "var x =".
 * A text of a million brackets would overflow the stack. So a scan goes first, which knows strings
 * and depth only and refuses every character that JSON does not have outside strings; what passes
 * is nested no deeper for json-glib than it was for the scan.
 */
#include "json.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* The UTF-16 unit of an escape "uXXXX"; -1: it is none. */
static int read_unit(const char *text, size_t size, size_t at)
{
	int unit = 0;

	if (at + 5 > size || text[at] != 'u')
		return -1;
	for (size_t i = at + 1; i < at + 5; i++) {
		if (!g_ascii_isxdigit(text[i]))
			return -1;
		unit = unit * 16 + g_ascii_xdigit_value(text[i]);
	}
	return unit;
}

static bool is_surrogate(int unit, int first)
{
	return (unit & 0xfc00) == first;
}

/*
 * How many bytes the escape behind a backslash has; 0: it is none. json-glib would make text of it
 * all the same, that is no UTF-8: of half a pair of surrogates, and of what has no four digits.
 */
static size_t escape_length(const char *text, size_t size, size_t at)
{
	int unit;

	if (at < size && text[at] != '\0' && strchr("\"\\/bfnrt", text[at]))
		return 1;
	unit = read_unit(text, size, at);
	if (unit < 0 || is_surrogate(unit, 0xdc00))
		return 0;
	if (!is_surrogate(unit, 0xd800))
		return 5;
	if (at + 5 >= size || text[at + 5] != '\\' ||
		!is_surrogate(MAX(read_unit(text, size, at + 6), 0), 0xdc00))
		return 0;
	return 11;
}

/* The index behind the string that begins at `at`; 0: it does not end, or has a wrong escape. */
static size_t skip_string(const char *text, size_t size, size_t at)
{
	for (at++; at < size && text[at] != '"'; at++) {
		size_t length = text[at] == '\\' ? escape_length(text, size, at + 1) : 1;

		if (length == 0)
			return 0;
		if (text[at] == '\\')
			at += length;
	}
	return at < size ? at + 1 : 0;
}

/* What JSON has outside strings: blanks, punctuation, numbers, true, false and null. */
static bool is_plain(char c)
{
	static const bool others[UCHAR_MAX + 1] = {[' '] = true,
		['\t'] = true,
		['\r'] = true,
		['\n'] = true,
		[':'] = true,
		[','] = true,
		['+'] = true,
		['-'] = true,
		['.'] = true};

	return others[(unsigned char)c] || g_ascii_isalnum(c);
}

static bool scan(const char *text, size_t size, GError **error)
{
	unsigned depth = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"') {
			size_t behind = skip_string(text, size, i);

			if (behind == 0) {
				lx_error_set(error, EINVAL,
					"reading JSON: the string at byte %zu is none", i);
				return false;
			}
			i = behind - 1;
		} else if (text[i] == '{' || text[i] == '[') {
			depth++;
		} else if (text[i] == '}' || text[i] == ']') {
			depth -= depth > 0;
		} else if (!is_plain(text[i])) {
			lx_error_set(error, EINVAL, "reading JSON: a stray '%c' at byte %zu",
				text[i], i);
			return false;
		}
		if (depth > LX_INJECT_JSON_DEPTH_MAX) {
			lx_error_set(error, EINVAL, "reading JSON: nested deeper than %d",
				LX_INJECT_JSON_DEPTH_MAX);
			return false;
		}
	}
	return true;
}

JsonNode *lx_inject_json_parse(const char *text, size_t size, GError **error)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autoptr(GError) failure = NULL;
	JsonNode *root;

	if (size > G_MAXSSIZE || !g_utf8_validate(text, (gssize)size, NULL)) {
		lx_error_set(error, EINVAL, "reading JSON: it is not UTF-8 text");
		return NULL;
	}
	if (!scan(text, size, error))
		return NULL;
	if (!json_parser_load_from_data(parser, text, (gssize)size, &failure)) {
		lx_error_set(error, EINVAL, "reading JSON: %s", failure->message);
		return NULL;
	}
	root = json_parser_steal_root(parser);
	if (!root)
		lx_error_set(error, EINVAL, "reading JSON: it is empty");
	return root;
}

JsonNode *lx_inject_json_node(JsonObject *object, const char *member)
{
	JsonNode *node = object ? json_object_get_member(object, member) : NULL;

	return node && !JSON_NODE_HOLDS_NULL(node) ? node : NULL;
}

JsonObject *lx_inject_json_object(JsonObject *object, const char *member)
{
	JsonNode *node = lx_inject_json_node(object, member);

	return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

JsonArray *lx_inject_json_array(JsonObject *object, const char *member)
{
	JsonNode *node = lx_inject_json_node(object, member);

	return node && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

static JsonNode *value_of_type(JsonObject *object, const char *member, GType type)
{
	JsonNode *node = lx_inject_json_node(object, member);

	return node && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type ? node
											     : NULL;
}

const char *lx_inject_json_string(JsonObject *object, const char *member)
{
	JsonNode *node = value_of_type(object, member, G_TYPE_STRING);

	return node ? json_node_get_string(node) : NULL;
}

bool lx_inject_json_bool(JsonObject *object, const char *member)
{
	JsonNode *node = value_of_type(object, member, G_TYPE_BOOLEAN);

	return node && json_node_get_boolean(node);
}

gint64 lx_inject_json_int(JsonObject *object, const char *member, gint64 fallback)
{
	JsonNode *node = value_of_type(object, member, G_TYPE_INT64);

	return node ? json_node_get_int(node) : fallback;
}

unsigned lx_inject_json_length(JsonArray *array)
{
	return array ? json_array_get_length(array) : 0;
}

JsonObject *lx_inject_json_object_at(JsonArray *array, unsigned index)
{
	JsonNode *node = NULL;

	if (index < lx_inject_json_length(array))
		node = json_array_get_element(array, index);
	return node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

char *lx_inject_json_text(JsonNode *node)
{
	return json_to_string(node, FALSE);
}
