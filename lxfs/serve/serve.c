/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `lxfs serve`: settings, checks, mounts; then the supervisor. */
#include "fd.h"
#include "serve/connection.h"
#include "serve/handover.h"
#include "serve/pidfile.h"
#include "serve/preflight.h"
#include "serve/supervisor.h"
#include "verb.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* Polls of pressure files are few: they need threads only so that they do not wait for each other.
 */
#define PRESSURE_THREADS 2u

static bool parse_arguments(LxProgramSettings *settings, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) options =
		g_option_context_new("- mount the views and serve them");
	g_autofree char *config = NULL;
	const GOptionEntry entries[] = {
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &config,
			"settings file (default: " LX_SETTINGS_FILE ")", "FILE"},
		{NULL},
	};
	g_auto(GStrv) arguments = g_strdupv(argv);
	char **rest = g_memdup2(arguments, sizeof(char *) * (size_t)(argc + 1));
	char **kept = rest;
	bool parsed;

	g_option_context_add_main_entries(options, entries, NULL);
	g_option_context_add_group(options, lx_settings_options(settings));
	parsed = lx_settings_load(settings, lx_settings_file(argc, argv), error) &&
		 g_option_context_parse(options, &argc, &rest, error);
	if (parsed && argc > 1) {
		lx_error_set(error, EINVAL, "serving: \"%s\" is no option", rest[1]);
		parsed = false;
	}
	g_free(kept);
	return parsed;
}

/* Slots of the pressure connection come last. */
static void assign_slots(LxEstate *estate)
{
	unsigned n_slots = estate->header->n_slots;

	for (unsigned i = 0; i < n_slots; i++)
		estate->slots[i].connection = i + PRESSURE_THREADS < n_slots
						      ? LX_CONNECTION_VIEWS
						      : LX_CONNECTION_PRESSURE;
}

static LxEstate *found_estate(
	const LxProgramSettings *settings, int mounts[LX_N_CONNECTIONS], GError **error)
{
	g_autoptr(LxEstate) estate = lx_estate_new(settings->threads + PRESSURE_THREADS,
		lx_context_memory_bytes(&settings->library), error);

	if (!estate)
		return NULL;
	assign_slots(estate);
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		if (!lx_connection_new(estate, kind, &mounts[kind], error))
			return NULL;
	return g_steal_pointer(&estate);
}

/* The first start: the views are attached before a worker runs, so that no reader finds nothing. */
static bool start_anew(LxSupervision *supervision, GError **error)
{
	const LxProgramSettings *settings = supervision->settings;

	if (!lx_preflight_check(settings, error))
		return false;
	supervision->estate = found_estate(settings, supervision->mounts, error);
	return supervision->estate && lx_connection_attach(supervision->mounts[LX_CONNECTION_VIEWS],
					      settings->mountpoint, error);
}

/* What a reload executes: the path this program was started by, not the file behind it. */
static char *find_program(void)
{
	char target[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", target, sizeof target - 1);
	const char *deleted = " (deleted)";

	if (length <= 0)
		return g_strdup("/proc/self/exe");
	target[length] = '\0';
	if (g_str_has_suffix(target, deleted))
		target[strlen(target) - strlen(deleted)] = '\0';
	return g_strdup(target);
}

static bool prepare(LxSupervision *supervision, GError **error)
{
	g_auto(LxInheritance) inheritance = {.previous = -1};

	if (!lx_handover_take(&inheritance, error))
		return false;
	if (!inheritance.estate)
		return start_anew(supervision, error);
	supervision->estate = g_steal_pointer(&inheritance.estate);
	supervision->predecessor = inheritance.worker;
	supervision->previous = lx_fd_steal(&inheritance.previous);
	return true;
}

static int fail(const GError *error, int exit_code)
{
	fprintf(stderr, "lxfs serve: %s\n", error->message);
	return exit_code;
}

int lx_serve_verb(int argc, char **argv)
{
	g_auto(LxProgramSettings) settings = {0};
	g_autoptr(GError) error = NULL;
	g_autofree char *program = find_program();
	g_auto(LxFd) lock = -1;
	LxSupervision supervision = {
		.settings = &settings,
		.previous = -1,
		.mounts = {-1, -1},
		.program = program,
		.argv = argv - 1, /* with the program's name and the verb */
	};
	int exit_code;

	lx_settings_defaults(&settings);
	if (!parse_arguments(&settings, argc, argv, &error))
		return fail(error, LX_EXIT_USAGE);
	if (g_mkdir_with_parents(settings.runtime_dir, 0755) < 0 && geteuid() != 0) {
		lx_error_set(
			&error, EPERM, "starting: lxfs must be root to mount; run it with sudo");
		return fail(error, LX_EXIT_FAILED);
	}
	if (!lx_pidfile_lock(settings.runtime_dir, "supervisor.pid", &lock, &error) ||
		!prepare(&supervision, &error)) {
		return fail(error, LX_EXIT_FAILED);
	}
	exit_code = lx_supervisor_run(&supervision);
	lx_pidfile_remove(settings.runtime_dir, "supervisor.pid");
	lx_estate_free(supervision.estate);
	return exit_code;
}
