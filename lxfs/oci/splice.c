/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adding to a JSON text without rewriting it. */
#include "oci/splice.h"

#include <errno.h>
#include <string.h>

/* A value: from its first byte to behind its last. An empty one is none. */
typedef struct {
	size_t begin;
	size_t end;
} Span;

static char at(const GString *text, size_t place)
{
	return place < text->len ? text->str[place] : '\0';
}

static size_t skip_blanks(const GString *text, size_t place)
{
	while (at(text, place) != '\0' && strchr(" \t\r\n", at(text, place)))
		place++;
	return place;
}

/* ---- Values ------------------------------------------------------------------------------ */

static size_t skip_string(const GString *text, size_t place)
{
	for (place++; place < text->len; place++) {
		if (text->str[place] == '"')
			return place + 1;
		if (text->str[place] == '\\')
			place++;
	}
	return text->len;
}

static size_t skip_nested(const GString *text, size_t place)
{
	unsigned depth = 0;

	while (place < text->len) {
		char here = text->str[place];

		if (here == '"') {
			place = skip_string(text, place);
			continue;
		}
		place++;
		depth += here == '{' || here == '[';
		depth -= here == '}' || here == ']';
		if (depth == 0)
			break;
	}
	return place;
}

static size_t skip_plain(const GString *text, size_t place)
{
	while (at(text, place) != '\0' && !strchr(",:]} \t\r\n", at(text, place)))
		place++;
	return place;
}

static Span value_at(const GString *text, size_t place)
{
	Span value = {.begin = skip_blanks(text, place)};

	switch (at(text, value.begin)) {
	case '"':
		value.end = skip_string(text, value.begin);
		break;
	case '{':
	case '[':
		value.end = skip_nested(text, value.begin);
		break;
	default:
		value.end = skip_plain(text, value.begin);
	}
	return value;
}

static bool is_spelled(const GString *text, Span value, const char *spelling)
{
	size_t length = strlen(spelling);

	return value.end - value.begin == length &&
	       memcmp(text->str + value.begin, spelling, length) == 0;
}

static bool is_empty(const GString *text, Span nested)
{
	return skip_blanks(text, nested.begin + 1) + 1 >= nested.end;
}

/* ---- Members ----------------------------------------------------------------------------- */

static bool has_escape(const GString *text, Span name)
{
	return memchr(text->str + name.begin, '\\', name.end - name.begin) != NULL;
}

/*
 * None when the name is not there. A name that is spelled with escapes might be the one that is
 * looked for; no runtime writes such.
 */
static bool find_member(
	const GString *text, Span object, const char *quoted, Span *out, GError **error)
{
	size_t place = object.begin + 1;
	Span found = {0};

	while (!is_empty(text, object) && place < object.end) {
		Span name = value_at(text, place);
		Span value = value_at(text, skip_blanks(text, name.end) + 1);

		if (has_escape(text, name)) {
			lx_error_set(error, EINVAL, "looking for %s: names with escapes beside it",
				quoted);
			return false;
		}
		if (is_spelled(text, name, quoted))
			found = value;
		place = skip_blanks(text, value.end) + 1; /* behind a comma, or the end */
	}
	*out = found;
	return true;
}

/* ["b", "c"] and 1: {"b":{"c":1}} */
static char *wrap(const char *const *names, const char *value)
{
	g_autofree char *inner = NULL;

	if (!names[0])
		return g_strdup(value);
	inner = wrap(names + 1, value);
	return g_strdup_printf("{\"%s\":%s}", names[0], inner);
}

/* In front of the bracket that ends it. */
static void add_last(GString *text, Span nested, const char *addition)
{
	bool first = is_empty(text, nested);

	g_string_insert(text, (gssize)nested.end - 1, addition);
	if (!first)
		g_string_insert_c(text, (gssize)nested.end - 1, ',');
}

/* Behind the bracket that begins it. */
static void add_first(GString *text, Span nested, const char *addition)
{
	bool first = is_empty(text, nested);

	if (!first)
		g_string_insert_c(text, (gssize)nested.begin + 1, ',');
	g_string_insert(text, (gssize)nested.begin + 1, addition);
}

/* The value of a name that is not there yet, or null. False: it is there. */
static bool make_member(
	GString *text, Span object, Span member, const char *quoted, const char *made)
{
	g_autofree char *addition = g_strconcat(quoted, ":", made, NULL);

	if (member.end == 0) {
		add_last(text, object, addition);
		return true;
	}
	if (!is_spelled(text, member, "null"))
		return false;
	g_string_erase(text, (gssize)member.begin, (gssize)strlen("null"));
	g_string_insert(text, (gssize)member.begin, made);
	return true;
}

static bool begins_with(const GString *text, Span value, char bracket, GError **error)
{
	if (at(text, value.begin) == bracket)
		return true;
	lx_error_set(error, EINVAL, "adding at byte %zu: it is no %s", value.begin,
		bracket == '{' ? "object" : "array");
	return false;
}

/* To where the names lead, or else `made` is put there: *out is empty then. */
static bool reach(
	GString *text, const char *const *names, const char *made, Span *out, GError **error)
{
	Span value = value_at(text, 0);

	*out = (Span){0};
	for (; *names; names++) {
		g_autofree char *quoted = g_strdup_printf("\"%s\"", *names);
		g_autofree char *wrapped = wrap(names + 1, made);
		Span member;

		if (!begins_with(text, value, '{', error) ||
			!find_member(text, value, quoted, &member, error))
			return false;
		if (make_member(text, value, member, quoted, wrapped))
			return true;
		value = member;
	}
	*out = value;
	return true;
}

static bool add(GString *text, const char *const *names, const char *element,
	void (*into)(GString *text, Span nested, const char *addition), GError **error)
{
	g_autofree char *made = g_strdup_printf("[%s]", element);
	Span array;

	if (!reach(text, names, made, &array, error))
		return false;
	if (array.end == 0)
		return true;
	if (!begins_with(text, array, '[', error))
		return false;
	into(text, array, element);
	return true;
}

bool lx_splice_append(GString *text, const char *const *names, const char *element, GError **error)
{
	return add(text, names, element, add_last, error);
}

bool lx_splice_prepend(GString *text, const char *const *names, const char *element, GError **error)
{
	return add(text, names, element, add_first, error);
}

bool lx_splice_set(GString *text, const char *const *names, const char *value, GError **error)
{
	Span there;

	if (!reach(text, names, value, &there, error))
		return false;
	if (there.end == 0)
		return true;
	lx_error_set(error, EEXIST, "adding at byte %zu: there is a value", there.begin);
	return false;
}
