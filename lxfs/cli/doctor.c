/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `lxfs doctor`: what this host allows, what is wrong, and what mends it. */
#include "doctor/checks.h"
#include "doctor/report.h"
#include "runtime.h"
#include "settings.h"
#include "verb.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define LIMIT_MSEC 3000

typedef struct {
	LxProgramSettings settings;
	char *runtime_dir;
	char *mountpoint;
	char *config;
	char *root;
	gboolean json;
	gboolean all;
} Doctor;

static void doctor_clear(Doctor *doctor)
{
	lx_settings_clear(&doctor->settings);
	g_free(doctor->runtime_dir);
	g_free(doctor->mountpoint);
	g_free(doctor->config);
	g_free(doctor->root);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Doctor, doctor_clear)

static bool parse_arguments(Doctor *doctor, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) options =
		g_option_context_new("- what is wrong, and what mends it");
	const GOptionEntry entries[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &doctor->json, "all findings, as JSON", NULL},
		{"all", 'a', 0, G_OPTION_ARG_NONE, &doctor->all, "say what is well, too", NULL},
		{"runtime-dir", 0, 0, G_OPTION_ARG_FILENAME, &doctor->runtime_dir,
			"of the instance (default: that of the settings)", "DIR"},
		{"mountpoint", 0, 0, G_OPTION_ARG_FILENAME, &doctor->mountpoint,
			"where it serves (default: as remembered in the runtime folder)", "DIR"},
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &doctor->config, "settings file", "FILE"},
		{"root", 0, 0, G_OPTION_ARG_FILENAME, &doctor->root,
			"look at the files of a captured host in this folder", "DIR"},
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

static char *absolute(const char *path)
{
	return g_canonicalize_filename(path, NULL);
}

static const char *first(const char *given, const char *remembered, const char *otherwise)
{
	if (given)
		return given;
	return remembered ? remembered : otherwise;
}

static int examine(const Doctor *doctor)
{
	const char *wanted = first(doctor->runtime_dir, NULL, doctor->settings.runtime_dir);
	g_autofree char *runtime_dir = absolute(wanted);
	g_autofree char *remembered = lx_runtime_read(runtime_dir, "mountpoint");
	g_autofree char *mountpoint =
		absolute(first(doctor->mountpoint, remembered, doctor->settings.mountpoint));
	g_autofree char *root = doctor->root ? absolute(doctor->root) : g_strdup("");
	const LxPatient patient = {
		.root = root,
		.runtime_dir = runtime_dir,
		.mountpoint = mountpoint,
		.settings_file = first(doctor->config, NULL, LX_SETTINGS_FILE),
		.is_root = geteuid() == 0,
		.limit_msec = LIMIT_MSEC,
	};
	g_autoptr(LxFindings) findings = lx_checks_run(&patient);
	g_autofree char *text =
		doctor->json ? lx_report_json(findings) : lx_report_text(findings, doctor->all);

	fputs(text, stdout);
	return lx_findings_count(findings, LX_SEVERITY_BROKEN) ? LX_EXIT_FAILED : LX_EXIT_DONE;
}

/* A settings file that cannot be read is a finding, and no reason to say nothing else. */
int lx_doctor_verb(int argc, char **argv)
{
	g_auto(Doctor) doctor = {0};
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) unread = NULL;

	lx_settings_defaults(&doctor.settings);
	if (!parse_arguments(&doctor, argc, argv, &error)) {
		fprintf(stderr, "lxfs doctor: %s\n", error->message);
		return LX_EXIT_USAGE;
	}
	if (!lx_settings_load(
		    &doctor.settings, first(doctor.config, NULL, LX_SETTINGS_FILE), &unread))
		g_debug("%s", unread->message);
	return examine(&doctor);
}
