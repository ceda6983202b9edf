/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON that we say ourselves, written as text at once. */
#include "writer.h"

#include <string.h>

/* A patch for a few containers. */
#define USUAL_BYTES 4096

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

/* What must not stand in a string as it is (RFC 8259, 7). */
static bool is_special(char c)
{
	return c == '"' || c == '\\' || (unsigned char)c < 0x20 || c == 0x7f;
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

		while (value[plain] && !is_special(value[plain]))
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
