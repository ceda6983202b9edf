/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of `lxfs metrics`. */
#include "metrics/arguments.h"

#include <errno.h>

void lx_metrics_arguments_clear(LxMetricsArguments *arguments)
{
	lx_instance_clear(&arguments->instance);
	g_clear_pointer(&arguments->listen, g_free);
}

static bool parse_options(LxMetricsArguments *arguments, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) options =
		g_option_context_new("- metrics in Prometheus' text format");
	const GOptionEntry entries[] = {
		{"listen", 0, 0, G_OPTION_ARG_STRING, &arguments->listen,
			"serve them over HTTP at ADDRESS:PORT or unix:FILE", "WHERE"},
		{"containers", 0, 0, G_OPTION_ARG_NONE, &arguments->containers,
			"figures of every container, too", NULL},
		LX_INSTANCE_OPTIONS(&arguments->instance),
		{NULL},
	};

	g_option_context_add_main_entries(options, entries, NULL);
	if (!g_option_context_parse(options, &argc, &argv, error))
		return false;
	if (argc == 1)
		return true;
	lx_error_set(error, EINVAL, "it takes no arguments, and \"%s\" is one", argv[1]);
	return false;
}

bool lx_metrics_arguments_parse(LxMetricsArguments *out, int argc, char **argv, GError **error)
{
	g_auto(LxMetricsArguments) arguments = {0};

	if (!lx_instance_load(&arguments.instance, lx_settings_file(argc, argv), error) ||
		!parse_options(&arguments, argc, argv, error))
		return false;
	lx_instance_find(&arguments.instance);
	*out = arguments;
	arguments = (LxMetricsArguments){0};
	return true;
}
