/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `lxfs heal`: dead views replaced in every mount namespace. */
#include "mounts/heal.h"

#include "instance.h"
#include "mounts/anchors.h"
#include "verb.h"

#include <inttypes.h>
#include <stdio.h>

#define LIMIT_MSEC 2000

typedef struct {
	LxInstance instance;
	int limit_msec;
	gboolean own_only;
	gboolean dry_run;
	gboolean purge;
} Heal;

static void heal_clear(Heal *heal)
{
	lx_instance_clear(&heal->instance);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Heal, heal_clear)

static bool parse_arguments(Heal *heal, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) options =
		g_option_context_new("- replace dead views in every mount namespace");
	const GOptionEntry entries[] = {
		LX_INSTANCE_FOLDERS(&heal->instance),
		{"timeout", 0, 0, G_OPTION_ARG_INT, &heal->limit_msec,
			"for each namespace (default: 2000)", "MSEC"},
		{"own", 0, 0, G_OPTION_ARG_NONE, &heal->own_only,
			"leave alone what other instances of lxfs served", NULL},
		{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &heal->dry_run, "say what would be done",
			NULL},
		{"purge", 0, 0, G_OPTION_ARG_NONE, &heal->purge,
			"when nothing serves any more: take the anchors away, too", NULL},
		LX_INSTANCE_CONFIG(&heal->instance),
		{NULL},
	};

	g_option_context_add_main_entries(options, entries, NULL);
	if (!g_option_context_parse(options, &argc, &argv, error))
		return false;
	if (argc == 1 && heal->limit_msec > 0)
		return true;
	lx_error_set(error, EINVAL, "%s",
		argc > 1 ? "it takes no arguments" : "--timeout takes a number above 0");
	return false;
}

static void tell(const LxHealed *healed, gpointer data)
{
	const LxReplaceReport *report = &healed->report;
	const Heal *heal = data;

	if (report->healed)
		printf("%s mnt:[%" PRIu64 "], process %d: %u mounts\n",
			heal->dry_run ? "would heal" : "healed", healed->inode, (int)healed->pid,
			report->healed);
	if (report->left)
		printf("left mnt:[%" PRIu64 "], process %d: %u mounts that the host has nothing "
		       "for, until lxfs serves\n",
			healed->inode, (int)healed->pid, report->left);
	if (report->failed)
		printf("failed mnt:[%" PRIu64 "], process %d: %u mounts: %s\n", healed->inode,
			(int)healed->pid, report->failed, report->why);
}

static bool purge(const Heal *heal, const LxHealSummary *summary, GError **error)
{
	if (!heal->purge || heal->dry_run)
		return true;
	if (!summary->served)
		return lx_anchors_purge(heal->instance.runtime_dir, error);
	lx_error_set(error, EBUSY, "taking the anchors away: lxfs serves at %s; stop it first",
		heal->instance.mountpoint);
	return false;
}

static bool heal_all(Heal *heal, LxHealSummary *summary, GError **error)
{
	const LxHealOptions options = {
		.runtime_dir = heal->instance.runtime_dir,
		.mountpoint = heal->instance.mountpoint,
		.limit_msec = (unsigned)heal->limit_msec,
		.own_only = heal->own_only,
		.dry_run = heal->dry_run,
	};
	gint64 started_usec = g_get_monotonic_time();
	gint64 usec;

	if (!lx_heal_run(&options, tell, heal, summary, error) || !purge(heal, summary, error))
		return false;
	usec = g_get_monotonic_time() - started_usec;
	printf("%u of %u mount namespaces %s%s, %u failed, %u mounts, %" PRId64 ".%" PRId64 " ms\n",
		summary->n_healed, summary->n_namespaces, heal->dry_run ? "to be healed" : "healed",
		summary->served ? "" : " with the host's own files (nothing serves)",
		summary->n_failed, summary->n_mounts, usec / 1000, usec / 100 % 10);
	return true;
}

static int fail(const GError *error, int exit_code)
{
	fprintf(stderr, "lxfs heal: %s\n", error->message);
	return exit_code;
}

int lx_heal_verb(int argc, char **argv)
{
	g_auto(Heal) heal = {.limit_msec = LIMIT_MSEC};
	g_autoptr(GError) error = NULL;
	LxHealSummary summary;

	if (!lx_instance_load(&heal.instance, lx_settings_file(argc, argv), &error) ||
		!parse_arguments(&heal, argc, argv, &error))
		return fail(error, LX_EXIT_USAGE);
	if (geteuid() != 0) {
		lx_error_set(&error, EPERM, "it must be root; run it with sudo");
		return fail(error, LX_EXIT_FAILED);
	}
	lx_instance_find(&heal.instance);
	setvbuf(stdout, NULL, _IOLBF, 0); /* children must not inherit a filled buffer */
	if (!heal_all(&heal, &summary, &error))
		return fail(error, LX_EXIT_FAILED);
	return summary.n_failed ? LX_EXIT_FAILED : LX_EXIT_DONE;
}
