/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a roster is taken from: this host, by the settings, and the lxfs that serves on it. */
#include "roster/source.h"

#include "runtime.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

void lx_source_clear(LxSource *source)
{
	lx_context_free(source->context);
	lx_settings_clear(&source->settings);
	g_free(source->config);
	g_free(source->mountpoint);
}

static bool parse_options(LxSource *source, int *argc, char ***argv, GOptionContext *options,
	const GOptionEntry *entries, GError **error)
{
	const GOptionEntry common[] = {
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &source->config, "settings file", "FILE"},
		{NULL},
	};

	g_option_context_add_main_entries(options, entries, NULL);
	g_option_context_add_main_entries(options, common, NULL);
	g_option_context_add_group(options, lx_settings_options(&source->settings));
	if (!g_option_context_parse(options, argc, argv, error))
		return false;
	if (*argc == 1)
		return true;
	lx_error_set(error, EINVAL, "%s: it takes no arguments", (*argv)[1]);
	return false;
}

/* One that is given on the command line; else as remembered; else that of the settings. */
static char *find_mountpoint(const LxProgramSettings *settings, const char *configured)
{
	char *remembered = NULL;

	if (strcmp(settings->mountpoint, configured) == 0)
		remembered = lx_runtime_read(settings->runtime_dir, "mountpoint");
	return remembered ? remembered : g_strdup(settings->mountpoint);
}

bool lx_source_parse(LxSource *source, int *argc, char ***argv, const char *summary,
	const GOptionEntry *entries, GError **error)
{
	g_autoptr(GOptionContext) options = g_option_context_new(summary);
	g_autofree char *configured = NULL;

	lx_settings_defaults(&source->settings);
	if (!lx_settings_load(&source->settings, lx_settings_file(*argc, *argv), error))
		return false;
	configured = g_strdup(source->settings.mountpoint);
	if (!parse_options(source, argc, argv, options, entries, error))
		return false;
	source->mountpoint = find_mountpoint(&source->settings, configured);
	return true;
}

/* Of every container a few dozen kernel files are open. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

bool lx_source_open(LxSource *source, GError **error)
{
	if (geteuid() != 0) {
		lx_error_set(error, EPERM, "it must be root; run it with sudo");
		return false;
	}
	raise_descriptors();
	source->context = lx_context_new(&source->settings.library, error);
	return source->context != NULL;
}

LxRoster *lx_source_look(LxSource *source, unsigned wanted, GError **error)
{
	const LxRosterTerms terms = {
		.context = source->context,
		.runtime_dir = source->settings.runtime_dir,
		.mountpoint = source->mountpoint,
		.wanted = wanted,
	};

	lx_context_dispatch(source->context);
	return lx_roster_new(&terms, error);
}
