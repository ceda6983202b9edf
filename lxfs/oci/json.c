/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON by json-c. */
#include "oci/json.h"

#include <errno.h>
#include <string.h>

#include <json-c/json_tokener.h>

/* Far more than anything that is read here may have. */
#define LENGTH_MAX ((size_t)64 << 20)
#define DEPTH_MAX 64
/* What JSON has outside of strings: punctuation, numbers, true, false, null, blanks (RFC 8259). */
#define BLANKS " \t\r\n"
#define PLAIN "{}[]:,+-.0123456789eEtrufalsn" BLANKS

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_tokener, json_tokener_free)

/* ---- What all readers read alike --------------------------------------------------------- */

static bool is_one_of(const char *set, char c)
{
	return c != '\0' && strchr(set, c);
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && is_one_of(BLANKS, *at))
		at++;
	return at;
}

/* Behind the closing quote of the string that begins here; NULL: it does not end. */
static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end && (unsigned char)*at >= ' '; at++) {
		if (*at == '"')
			return at + 1;
		if (*at == '\\')
			at++;
	}
	return NULL;
}

/* The name of a member, which json-c would cut there. */
static bool is_name_with_nul(const char *begin, const char *behind, const char *end)
{
	const char *next = skip_blanks(behind, end);

	return next < end && *next == ':' && g_strstr_len(begin, behind - begin, "\\u0000");
}

/* NULL: no JSON goes on like this. */
static const char *step(const char *at, const char *end)
{
	const char *next;

	if (*at != '"')
		return is_one_of(PLAIN, *at) ? at + 1 : NULL;
	next = skip_string(at, end);
	return next && !is_name_with_nul(at, next, end) ? next : NULL;
}

/* The first place that is not as it should be; NULL: all is. */
static const char *find_fault(const char *text, size_t length)
{
	const char *end = text + length, *fault;

	for (const char *at = text; at < end;) {
		const char *next = step(at, end);

		if (!next)
			return at;
		at = next;
	}
	return g_utf8_validate_len(text, length, &fault) ? NULL : fault;
}

static bool begins_object(const char *text, size_t length)
{
	const char *first = skip_blanks(text, text + length);

	return first < text + length && *first == '{';
}

static bool is_plain(const char *text, size_t length, GError **error)
{
	const char *fault;

	if (length > LENGTH_MAX) {
		lx_error_set(error, EINVAL, "it is longer than %zu bytes", LENGTH_MAX);
		return false;
	}
	fault = find_fault(text, length);
	if (fault) {
		lx_error_set(error, EINVAL, "it is not JSON at byte %zu", (size_t)(fault - text));
		return false;
	}
	if (begins_object(text, length))
		return true;
	lx_error_set(error, EINVAL, "it is no JSON object");
	return false;
}

/* ---- Parsing ----------------------------------------------------------------------------- */

static void set_error(json_tokener *tokener, GError **error)
{
	enum json_tokener_error reason = json_tokener_get_error(tokener);

	if (reason == json_tokener_error_depth)
		lx_error_set(error, EINVAL, "it is nested deeper than %d", DEPTH_MAX);
	else
		lx_error_set(error, EINVAL, "it is not JSON at byte %zu: %s",
			json_tokener_get_parse_end(tokener),
			reason == json_tokener_continue ? "it ends there"
							: json_tokener_error_desc(reason));
}

json_object *lx_json_parse(const char *text, size_t length, GError **error)
{
	/* One more: what the innermost holds counts, too. */
	g_autoptr(json_tokener) tokener = json_tokener_new_ex(DEPTH_MAX + 1);
	json_object *root;

	if (!is_plain(text, length, error))
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	root = json_tokener_parse_ex(tokener, text, (int)length);
	if (!root)
		set_error(tokener, error);
	return root;
}

/* ---- Members ----------------------------------------------------------------------------- */

static json_object *member(json_object *object, const char *name, enum json_type type)
{
	json_object *value = json_object_object_get(object, name);

	return json_object_is_type(value, type) ? value : NULL;
}

static json_object *element(json_object *array, size_t index, enum json_type type)
{
	json_object *value = json_object_array_get_idx(array, index);

	return json_object_is_type(value, type) ? value : NULL;
}

/* Of what is a string, or NULL. */
static const char *text_of(json_object *string)
{
	const char *text = string ? json_object_get_string(string) : NULL;

	return text && strlen(text) == (size_t)json_object_get_string_len(string) ? text : NULL;
}

json_object *lx_json_object(json_object *object, const char *name)
{
	return member(object, name, json_type_object);
}

json_object *lx_json_array(json_object *object, const char *name)
{
	return member(object, name, json_type_array);
}

const char *lx_json_string(json_object *object, const char *name)
{
	return text_of(member(object, name, json_type_string));
}

int64_t lx_json_integer(json_object *object, const char *name)
{
	json_object *number = member(object, name, json_type_int);

	return number ? json_object_get_int64(number) : 0;
}

size_t lx_json_length(json_object *array)
{
	return array ? json_object_array_length(array) : 0;
}

json_object *lx_json_object_at(json_object *array, size_t index)
{
	return element(array, index, json_type_object);
}

const char *lx_json_string_at(json_object *array, size_t index)
{
	return text_of(element(array, index, json_type_string));
}

/* ---- Printing ---------------------------------------------------------------------------- */

json_object *lx_json_new_text(const char *text)
{
	g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

	return valid ? json_object_new_string(valid) : NULL;
}

void lx_json_add_text(json_object *to, const char *name, const char *text)
{
	json_object_object_add(to, name, lx_json_new_text(text));
}

char *lx_json_line(json_object *value)
{
	return g_strdup(json_object_to_json_string_ext(value, JSON_C_TO_STRING_NOSLASHESCAPE));
}

char *lx_json_page(json_object *value)
{
	const int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
			  JSON_C_TO_STRING_NOSLASHESCAPE | JSON_C_TO_STRING_NOZERO;

	return g_strconcat(json_object_to_json_string_ext(value, flags), "\n", NULL);
}
