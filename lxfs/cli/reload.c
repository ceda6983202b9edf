/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `lxfs reload`: the running lxfs hands over to the program now on disk, and says how that went. */
#include "serve/pidfile.h"
#include "serve/status.h"
#include "settings.h"
#include "verb.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define LIMIT_USEC (30 * G_USEC_PER_SEC)
#define PAUSE_USEC 20000

static bool parse_arguments(LxProgramSettings *settings, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) options =
		g_option_context_new("- hand over to the program on disk");
	g_autofree char *config = NULL;
	const GOptionEntry entries[] = {
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &config,
			"settings file (default: " LX_SETTINGS_FILE ")", "FILE"},
		{NULL},
	};

	g_option_context_add_main_entries(options, entries, NULL);
	g_option_context_add_group(options, lx_settings_options(settings));
	if (!lx_settings_load(settings, lx_settings_file(argc, argv), error) ||
		!g_option_context_parse(options, &argc, &argv, error))
		return false;
	if (argc == 1)
		return true;
	lx_error_set(error, EINVAL, "reloading: \"%s\" is no option", argv[1]);
	return false;
}

/* Until another reload has ended than the one before, or nobody is there any more. */
static bool await_outcome(const char *runtime_dir, uint64_t before, LxStatus *out, GError **error)
{
	gint64 end = g_get_monotonic_time() + LIMIT_USEC;

	while (g_get_monotonic_time() < end) {
		g_usleep(PAUSE_USEC);
		lx_status_clear(out);
		if (lx_status_read(runtime_dir, out, NULL) && out->reloads != before)
			return true;
		if (lx_pidfile_holder(runtime_dir, "supervisor.pid") == 0) {
			lx_error_set(error, ESRCH, "reloading: lxfs has ended");
			return false;
		}
	}
	lx_error_set(error, ETIMEDOUT, "reloading: no answer within 30 seconds");
	return false;
}

static bool reload(const char *runtime_dir, LxStatus *out, GError **error)
{
	pid_t supervisor = lx_pidfile_holder(runtime_dir, "supervisor.pid");
	g_auto(LxStatus) before = {0};

	if (supervisor <= 0) {
		lx_error_set(error, ESRCH,
			"reloading: no lxfs serves with the runtime folder %s; start it with "
			"`lxfs serve`, or name its --runtime-dir",
			runtime_dir);
		return false;
	}
	if (!lx_status_read(runtime_dir, &before, error))
		return false;
	if (kill(supervisor, SIGHUP) < 0) {
		lx_error_set_errno(error, errno, "asking process %d to reload", (int)supervisor);
		return false;
	}
	return await_outcome(runtime_dir, before.reloads, out, error);
}

static int tell(const LxStatus *status)
{
	switch (status->outcome) {
	case LX_RELOAD_DONE:
		printf("reloaded: %s\n", status->message);
		return LX_EXIT_DONE;
	case LX_RELOAD_ROLLED_BACK:
		fprintf(stderr, "lxfs reload: rolled back, the old program goes on: %s\n",
			status->message);
		return LX_EXIT_FAILED;
	default:
		fprintf(stderr, "lxfs reload: refused, the old program goes on: %s\n",
			status->message);
		return LX_EXIT_FAILED;
	}
}

int lx_reload_verb(int argc, char **argv)
{
	g_auto(LxProgramSettings) settings = {0};
	g_auto(LxStatus) status = {0};
	g_autoptr(GError) error = NULL;

	lx_settings_defaults(&settings);
	if (!parse_arguments(&settings, argc, argv, &error)) {
		fprintf(stderr, "lxfs reload: %s\n", error->message);
		return LX_EXIT_USAGE;
	}
	if (reload(settings.runtime_dir, &status, &error))
		return tell(&status);
	fprintf(stderr, "lxfs reload: %s\n", error->message);
	return LX_EXIT_FAILED;
}
