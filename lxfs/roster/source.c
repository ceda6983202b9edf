/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a roster is taken from: this host, by the settings, and the lxfs that serves on it. */
#include "roster/source.h"

#include "descriptors.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void lx_source_clear(LxSource *source)
{
	lx_context_free(source->context);
	lx_instance_clear(&source->instance);
}

static bool parse_options(LxSource *source, int *argc, char ***argv, GOptionContext *options,
	const GOptionEntry *entries, GError **error)
{
	const GOptionEntry common[] = {
		LX_INSTANCE_CONFIG(&source->instance),
		{NULL},
	};

	g_option_context_add_main_entries(options, entries, NULL);
	g_option_context_add_main_entries(options, common, NULL);
	g_option_context_add_group(options, lx_settings_options(&source->instance.settings));
	if (!g_option_context_parse(options, argc, argv, error))
		return false;
	if (*argc == 1)
		return true;
	lx_error_set(error, EINVAL, "%s: it takes no arguments", (*argv)[1]);
	return false;
}

/* Here options change the settings; what they were before tells whether one was given. */
static void find_folders(LxInstance *instance, const char *configured)
{
	const char *mountpoint = instance->settings.mountpoint;

	if (strcmp(mountpoint, configured) != 0)
		instance->mountpoint = g_strdup(mountpoint);
	lx_instance_find(instance);
}

bool lx_source_parse(LxSource *source, int *argc, char ***argv, const char *summary,
	const GOptionEntry *entries, GError **error)
{
	g_autoptr(GOptionContext) options = g_option_context_new(summary);
	g_autofree char *configured = NULL;

	if (!lx_instance_load(&source->instance, lx_settings_file(*argc, *argv), error))
		return false;
	configured = g_strdup(source->instance.settings.mountpoint);
	if (!parse_options(source, argc, argv, options, entries, error))
		return false;
	find_folders(&source->instance, configured);
	return true;
}

bool lx_source_open(LxSource *source, GError **error)
{
	if (geteuid() != 0) {
		lx_error_set(error, EPERM, "it must be root; run it with sudo");
		return false;
	}
	lx_descriptors_raise_limit();
	lx_descriptors_make_room();
	source->context = lx_context_new(&source->instance.settings.library, error);
	return source->context != NULL;
}

LxRoster *lx_source_look(LxSource *source, unsigned wanted, GError **error)
{
	const LxRosterTerms terms = {
		.context = source->context,
		.runtime_dir = source->instance.runtime_dir,
		.mountpoint = source->instance.mountpoint,
		.wanted = wanted,
	};

	lx_context_dispatch(source->context);
	return lx_roster_new(&terms, error);
}
