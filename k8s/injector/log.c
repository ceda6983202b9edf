/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log: one JSON object a line on standard error. */
#include "log.h"

#include "json.h"
#include "writer.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static void begin(LxInjectWriter *writer, const char *level, const char *message)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S.%fZ");
	g_autofree char *valid = g_utf8_make_valid(message, -1);

	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "time", time);
	lx_inject_writer_pair(writer, "level", level);
	lx_inject_writer_pair(writer, "message", valid);
}

/* One write: lines of two threads do not mix. */
static void finish(LxInjectWriter *writer)
{
	g_autofree char *text = NULL;
	g_autofree char *line = NULL;

	lx_inject_writer_end_object(writer);
	text = lx_inject_writer_take(writer);
	line = g_strconcat(text, "\n", NULL);
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return; /* nobody is left to be told */
}

void lx_inject_log_write(const char *level, const char *message, ...)
{
	g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();
	const char *name;
	va_list pairs;

	begin(writer, level, message);
	va_start(pairs, message);
	while ((name = va_arg(pairs, const char *)) != NULL) {
		const char *value = va_arg(pairs, const char *);
		g_autofree char *valid = value ? g_utf8_make_valid(value, -1) : NULL;

		if (valid)
			lx_inject_writer_pair(writer, name, valid);
	}
	va_end(pairs);
	finish(writer);
}

static GLogWriterOutput take(
	GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
	if (level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO))
		return G_LOG_WRITER_HANDLED;
	for (gsize i = 0; i < n_fields; i++)
		if (strcmp(fields[i].key, "MESSAGE") == 0)
			lx_inject_log(
				level & G_LOG_LEVEL_MESSAGE ? "info" : "warning", fields[i].value);
	return G_LOG_WRITER_HANDLED;
}

void lx_inject_log_adopt(void)
{
	g_log_set_writer_func(take, NULL, NULL);
}
