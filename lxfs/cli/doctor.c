/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `lxfs doctor`: what this host allows, what is wrong, and what mends it. */
#include "doctor/checks.h"
#include "doctor/report.h"
#include "instance.h"
#include "verb.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define LIMIT_MSEC 3000

typedef struct {
	LxInstance instance;
	char *root;
	gboolean json;
	gboolean all;
} Doctor;

static void doctor_clear(Doctor *doctor)
{
	lx_instance_clear(&doctor->instance);
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
		LX_INSTANCE_OPTIONS(&doctor->instance),
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

static const char *settings_file(const Doctor *doctor)
{
	return doctor->instance.config ? doctor->instance.config : LX_SETTINGS_FILE;
}

static int examine(const Doctor *doctor)
{
	g_autofree char *root =
		doctor->root ? g_canonicalize_filename(doctor->root, NULL) : g_strdup("");
	const LxPatient patient = {
		.root = root,
		.runtime_dir = doctor->instance.runtime_dir,
		.mountpoint = doctor->instance.mountpoint,
		.settings_file = settings_file(doctor),
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

	if (!parse_arguments(&doctor, argc, argv, &error)) {
		fprintf(stderr, "lxfs doctor: %s\n", error->message);
		return LX_EXIT_USAGE;
	}
	if (!lx_instance_load(&doctor.instance, settings_file(&doctor), &unread))
		g_debug("%s", unread->message);
	lx_instance_find(&doctor.instance);
	return examine(&doctor);
}
