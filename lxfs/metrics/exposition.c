/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prometheus' text format. */
#include "metrics/exposition.h"

#include <inttypes.h>
#include <string.h>

#define NSEC_PER_SEC UINT64_C(1000000000)

static const char *const types[] = {
	[LX_METRIC_GAUGE] = "gauge",
	[LX_METRIC_COUNTER] = "counter",
	[LX_METRIC_HISTOGRAM] = "histogram",
};

/* In HELP the quote stands for itself. */
static void add_escaped(GString *text, const char *from, bool in_quotes)
{
	for (; *from; from++) {
		if (*from == '\n')
			g_string_append(text, "\\n");
		else if (*from == '\\' || (in_quotes && *from == '"'))
			g_string_append_printf(text, "\\%c", *from);
		else
			g_string_append_c(text, *from);
	}
}

/* The format is UTF-8; a name that a container chose need not be. */
static void add_value(GString *text, const char *value)
{
	g_autofree char *valid = g_utf8_make_valid(value, -1);

	add_escaped(text, valid, true);
}

static void add_labels(GString *text, const LxLabel *labels)
{
	const LxLabel *label = labels;

	if (!labels || !labels->name)
		return;
	for (; label->name; label++) {
		g_string_append_printf(text, "%c%s=\"", label == labels ? '{' : ',', label->name);
		add_value(text, label->value);
		g_string_append_c(text, '"');
	}
	g_string_append_c(text, '}');
}

static void begin_sample(GString *text, const char *name, const LxLabel *labels)
{
	g_string_append(text, name);
	add_labels(text, labels);
	g_string_append_c(text, ' ');
}

void lx_exposition_begin(GString *text, const LxMetric *metric)
{
	g_string_append_printf(text, "# HELP %s ", metric->name);
	add_escaped(text, metric->help, false);
	g_string_append_printf(text, "\n# TYPE %s %s\n", metric->name, types[metric->type]);
}

void lx_exposition_count(GString *text, const char *name, const LxLabel *labels, uint64_t value)
{
	begin_sample(text, name, labels);
	g_string_append_printf(text, "%" PRIu64 "\n", value);
}

char *lx_exposition_seconds(uint64_t nsec)
{
	char *text =
		g_strdup_printf("%" PRIu64 ".%09" PRIu64, nsec / NSEC_PER_SEC, nsec % NSEC_PER_SEC);
	size_t length = strlen(text);

	while (text[length - 1] == '0')
		text[--length] = '\0';
	if (text[length - 1] == '.')
		text[length - 1] = '\0';
	return text;
}

void lx_exposition_nsec(GString *text, const char *name, const LxLabel *labels, uint64_t nsec)
{
	g_autofree char *seconds = lx_exposition_seconds(nsec);

	begin_sample(text, name, labels);
	g_string_append_printf(text, "%s\n", seconds);
}

void lx_exposition_hundredths(
	GString *text, const char *name, const LxLabel *labels, uint64_t hundredths)
{
	begin_sample(text, name, labels);
	g_string_append_printf(
		text, "%" PRIu64 ".%02" PRIu64 "\n", hundredths / 100, hundredths % 100);
}
