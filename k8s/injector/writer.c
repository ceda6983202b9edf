/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON that we say ourselves, written as text at once. */
#include "writer.h"

#include <limits.h>
#include <string.h>

/* A patch for a few containers. */
#define USUAL_BYTES 4096

/* Room that is enough for so many bytes in base64, as g_base64_encode_step has it. */
#define BASE64_BYTES(size) (((size) / 3 + 2) * 4)

struct LxInjectWriter {
	GString *text;
	bool follows; /* another value came before, so that a comma is due */
};

LxInjectWriter *lx_inject_writer_new(void)
{
	LxInjectWriter *writer = g_new0(LxInjectWriter, 1);

	writer->text = g_string_sized_new(USUAL_BYTES);
	return writer;
}

void lx_inject_writer_free(LxInjectWriter *writer)
{
	if (!writer)
		return;
	g_string_free(writer->text, TRUE);
	g_free(writer);
}

static void begin_value(LxInjectWriter *writer)
{
	if (writer->follows)
		g_string_append_c(writer->text, ',');
	writer->follows = true;
}

static void begin(LxInjectWriter *writer, char bracket)
{
	begin_value(writer);
	g_string_append_c(writer->text, bracket);
	writer->follows = false;
}

static void end(LxInjectWriter *writer, char bracket)
{
	g_string_append_c(writer->text, bracket);
	writer->follows = true;
}

void lx_inject_writer_begin_object(LxInjectWriter *writer)
{
	begin(writer, '{');
}

void lx_inject_writer_end_object(LxInjectWriter *writer)
{
	end(writer, '}');
}

void lx_inject_writer_begin_array(LxInjectWriter *writer)
{
	begin(writer, '[');
}

void lx_inject_writer_end_array(LxInjectWriter *writer)
{
	end(writer, ']');
}

/* What must not stand in a string as it is (RFC 8259, 7), and its end. */
static bool is_special(char c)
{
	static const bool others[UCHAR_MAX + 1] = {['"'] = true, ['\\'] = true, [0x7f] = true};

	return (unsigned char)c < 0x20 || others[(unsigned char)c];
}

static void append_special(GString *text, char c)
{
	static const char letters[] = "b\bf\fn\nr\rt\t\"\"\\\\";

	for (const char *at = letters; *at; at += 2) {
		if (at[1] != c)
			continue;
		g_string_append_c(text, '\\');
		g_string_append_c(text, at[0]);
		return;
	}
	g_string_append_printf(text, "\\u%04x", (unsigned)c);
}

static void append_string(GString *text, const char *value)
{
	g_string_append_c(text, '"');
	while (*value) {
		size_t plain = 0;

		while (!is_special(value[plain]))
			plain++;
		g_string_append_len(text, value, (gssize)plain);
		value += plain;
		if (*value)
			append_special(text, *value++);
	}
	g_string_append_c(text, '"');
}

void lx_inject_writer_member(LxInjectWriter *writer, const char *name)
{
	lx_inject_writer_string(writer, name);
	g_string_append_c(writer->text, ':');
	writer->follows = false;
}

void lx_inject_writer_string(LxInjectWriter *writer, const char *value)
{
	begin_value(writer);
	if (value)
		append_string(writer->text, value);
	else
		g_string_append(writer->text, "null");
}

/* Nothing in it is special, and it is the longest of all values: it is encoded where it will stand.
 */
void lx_inject_writer_base64(LxInjectWriter *writer, const char *value)
{
	GString *text = writer->text;
	size_t size = strlen(value);
	size_t begin;
	int state = 0;
	int save = 0;

	begin_value(writer);
	g_string_append_c(text, '"');
	begin = text->len;
	g_string_set_size(text, begin + BASE64_BYTES(size));
	size = g_base64_encode_step(
		(const guchar *)value, size, FALSE, text->str + begin, &state, &save);
	size += g_base64_encode_close(FALSE, text->str + begin + size, &state, &save);
	g_string_truncate(text, begin + size);
	g_string_append_c(text, '"');
}

void lx_inject_writer_bool(LxInjectWriter *writer, bool value)
{
	begin_value(writer);
	g_string_append(writer->text, value ? "true" : "false");
}

void lx_inject_writer_int(LxInjectWriter *writer, gint64 value)
{
	begin_value(writer);
	g_string_append_printf(writer->text, "%" G_GINT64_FORMAT, value);
}

void lx_inject_writer_pair(LxInjectWriter *writer, const char *name, const char *value)
{
	lx_inject_writer_member(writer, name);
	lx_inject_writer_string(writer, value);
}

char *lx_inject_writer_take(LxInjectWriter *writer)
{
	char *text = g_string_free(writer->text, FALSE);

	writer->text = g_string_new(NULL);
	writer->follows = false;
	return text;
}
