/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of `lxfs metrics`. */
#include "metrics/arguments.h"

#include "runtime.h"
#include "settings.h"

#include <errno.h>

void lx_metrics_arguments_clear(LxMetricsArguments *arguments)
{
	g_clear_pointer(&arguments->runtime_dir, g_free);
	g_clear_pointer(&arguments->mountpoint, g_free);
	g_clear_pointer(&arguments->listen, g_free);
}

static bool parse_options(
	LxMetricsArguments *arguments, char **config, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) options =
		g_option_context_new("- metrics in Prometheus' text format");
	const GOptionEntry entries[] = {
		{"listen", 0, 0, G_OPTION_ARG_STRING, &arguments->listen,
			"serve them over HTTP at ADDRESS:PORT or unix:FILE", "WHERE"},
		{"containers", 0, 0, G_OPTION_ARG_NONE, &arguments->containers,
			"figures of every container, too", NULL},
		{"runtime-dir", 0, 0, G_OPTION_ARG_FILENAME, &arguments->runtime_dir,
			"of the instance (default: that of the settings)", "DIR"},
		{"mountpoint", 0, 0, G_OPTION_ARG_FILENAME, &arguments->mountpoint,
			"where it serves (default: as remembered in the runtime folder)", "DIR"},
		{"config", 0, 0, G_OPTION_ARG_FILENAME, config, "settings file", "FILE"},
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

static char *absolute(char *given, const char *otherwise)
{
	g_autofree char *path = given;

	return g_canonicalize_filename(path ? path : otherwise, NULL);
}

bool lx_metrics_arguments_parse(LxMetricsArguments *out, int argc, char **argv, GError **error)
{
	g_auto(LxMetricsArguments) arguments = {0};
	g_auto(LxProgramSettings) settings = {0};
	g_autofree char *remembered = NULL;
	g_autofree char *config = NULL;

	lx_settings_defaults(&settings);
	if (!lx_settings_load(&settings, lx_settings_file(argc, argv), error) ||
		!parse_options(&arguments, &config, argc, argv, error))
		return false;
	arguments.runtime_dir = absolute(arguments.runtime_dir, settings.runtime_dir);
	remembered = lx_runtime_read(arguments.runtime_dir, "mountpoint");
	arguments.mountpoint =
		absolute(arguments.mountpoint, remembered ? remembered : settings.mountpoint);
	*out = arguments;
	arguments = (LxMetricsArguments){0};
	return true;
}
