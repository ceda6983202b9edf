/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `lxfs attach` and `lxfs detach`: the views put into running containers, or taken out. */
#include "mounts/attach.h"

#include "cli/chosen.h"
#include "cli/watch.h"
#include "instance.h"
#include "mounts/detach.h"
#include "verb.h"

#include <errno.h>
#include <stdio.h>

#define LIMIT_MSEC 5000

typedef bool (*Act)(const LxAttachOptions *options, pid_t pid, LxVisitReport *out, GError **error);

typedef struct {
	const char *verb;
	const char *summary;
	const char *done; /* "attached 15 files" */
	Act act;
} Kind;

static const Kind attach_kind = {"attach", "PID|ID|NAME... - put the views into running containers",
	"attached", lx_attach_run};
static const Kind detach_kind = {"detach",
	"PID|ID|NAME... - take the views out of running containers", "detached", lx_detach_run};

typedef struct {
	const Kind *kind;
	LxInstance instance;
	char *files;
	char *runtime;
	int limit_msec;
	gboolean all;
	gboolean watch;
	gboolean cgroup;
	char **names;
	LxViewSet views;
	bool waiting; /* for lxfs, and it has been said so */
} Command;

static void command_clear(Command *command)
{
	lx_instance_clear(&command->instance);
	g_free(command->files);
	g_free(command->runtime);
	g_strfreev(command->names);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Command, command_clear)

/* ---- The command line -------------------------------------------------------------------- */

static bool parse_options(Command *command, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) options = g_option_context_new(command->kind->summary);
	const GOptionEntry entries[] = {
		{"all", 'a', 0, G_OPTION_ARG_NONE, &command->all, "all containers", NULL},
		{"runtime", 0, 0, G_OPTION_ARG_STRING, &command->runtime,
			"all containers of this runtime, such as docker", "RUNTIME"},
		{"files", 'f', 0, G_OPTION_ARG_STRING, &command->files,
			"only these, such as meminfo,pressure,cpu (default: all)", "LIST"},
		{"cgroup", 0, 0, G_OPTION_ARG_NONE, &command->cgroup,
			"the cgroup view over its /sys/fs/cgroup, too", NULL},
		{"timeout", 0, 0, G_OPTION_ARG_INT, &command->limit_msec,
			"for each container (default: 5000)", "MSEC"},
		{"watch", 0, command->kind == &attach_kind ? 0 : G_OPTION_FLAG_HIDDEN,
			G_OPTION_ARG_NONE, &command->watch,
			"go on with containers as they come; without --all and --runtime, those "
			"that say lxfs.io/inject=enabled",
			NULL},
		LX_INSTANCE_OPTIONS(&command->instance),
		{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &command->names, NULL, NULL},
		{NULL},
	};

	g_option_context_add_main_entries(options, entries, NULL);
	return g_option_context_parse(options, &argc, &argv, error);
}

static bool check_options(Command *command, GError **error)
{
	bool many = command->all || command->runtime || command->watch;

	command->views = LX_VIEWS_ALL;
	if (command->kind == &detach_kind && !command->files)
		command->cgroup = true;
	if (command->watch && command->kind != &attach_kind)
		lx_error_set(error, EINVAL, "--watch is an option of lxfs attach");
	else if (!command->names && !many)
		lx_error_set(error, EINVAL,
			"choosing containers: name PIDs, ids or names, or say --all or --runtime");
	else if (command->names && many)
		lx_error_set(error, EINVAL,
			"choosing containers: with --all, --runtime or --watch none can be named");
	else if (command->limit_msec <= 0)
		lx_error_set(error, EINVAL, "--timeout takes a number above 0");
	else
		return !command->files || lx_views_parse(command->files, &command->views, error);
	return false;
}

/* ---- Containers -------------------------------------------------------------------------- */

static void tell(const Command *command, const char *name, const LxVisitReport *report)
{
	printf("%s: %s %u files", name, command->kind->done, report->changed);
	if (report->already)
		printf(", %u already", report->already);
	if (report->missing)
		printf(", %u missing", report->missing);
	printf("%s%s\n", report->cgroup ? ", and the cgroup view" : "",
		report->clean ? ", and a clean procfs" : "");
}

static void complain(const Command *command, const char *name, const char *why)
{
	fprintf(stderr, "lxfs %s: %s: %s\n", command->kind->verb, name, why);
}

/* Of all containers some end meanwhile, and some have no mounts of their own. */
static bool is_passed_over(const Command *command, const GError *error)
{
	int code = lx_error_code(error);

	return !command->names && (code == ESRCH || code == EPERM);
}

static bool attempt(const Command *command, pid_t pid, LxVisitReport *out, GError **error)
{
	const LxAttachOptions options = {
		.runtime_dir = command->instance.runtime_dir,
		.mountpoint = command->instance.mountpoint,
		.views = command->views,
		.cgroup = command->cgroup,
		.limit_msec = (unsigned)command->limit_msec,
		.clean = true,
	};

	return command->kind->act(&options, pid, out, error);
}

static bool act_on(const Command *command, const LxChosen *chosen)
{
	g_autoptr(GError) error = NULL;
	LxVisitReport report = {0};

	if (!attempt(command, chosen->pid, &report, &error)) {
		if (is_passed_over(command, error))
			return true;
		complain(command, chosen->name, error->message);
		return false;
	}
	if (report.changed || report.cgroup || !report.failed)
		tell(command, chosen->name, &report);
	if (report.failed)
		complain(command, chosen->name, report.why);
	return report.failed == 0;
}

/* ---- As they come ------------------------------------------------------------------------ */

static bool is_for_later(const GError *error)
{
	int code = lx_error_code(error);

	return code == ENOENT || code == ENOTCONN || code == ETIMEDOUT;
}

/* While lxfs is not there it is tried again. What else goes wrong once would go wrong again. */
static LxWatchOutcome on_found(const char *id, pid_t init_pid, gpointer data)
{
	Command *command = data;
	g_autoptr(GError) error = NULL;
	LxVisitReport report = {0};

	if (!attempt(command, init_pid, &report, &error)) {
		if (is_for_later(error)) {
			if (!command->waiting)
				complain(command, id, error->message);
			command->waiting = true;
			return LX_WATCH_LATER;
		}
		if (!is_passed_over(command, error))
			complain(command, id, error->message);
		return LX_WATCH_DONE;
	}
	command->waiting = false;
	if (report.changed || report.cgroup)
		tell(command, id, &report);
	if (report.failed)
		complain(command, id, report.why);
	return LX_WATCH_DONE;
}

static int watch(Command *command, GError **error)
{
	const LxWatchRequest request = {
		.library = &command->instance.settings.library,
		.runtime = command->runtime,
		.all = command->all || command->runtime,
		.found = on_found,
		.data = command,
	};

	return lx_watch_run(&request, error) ? LX_EXIT_DONE : LX_EXIT_FAILED;
}

static int act_on_all(const Command *command, GError **error)
{
	const LxChoice choice = {
		.library = &command->instance.settings.library,
		.names = (const char *const *)command->names,
		.runtime = command->runtime,
	};
	g_autoptr(GArray) all = lx_chosen_find(&choice, error);
	int exit_code = all ? LX_EXIT_DONE : LX_EXIT_FAILED;

	if (all && all->len == 0)
		printf("no containers\n");
	for (unsigned i = 0; all && i < all->len; i++) {
		const LxChosen *chosen = &g_array_index(all, LxChosen, i);

		if (chosen->why)
			complain(command, chosen->name, chosen->why);
		if (chosen->why || !act_on(command, chosen))
			exit_code = LX_EXIT_FAILED;
	}
	return exit_code;
}

static int fail(const Command *command, const GError *error, int exit_code)
{
	fprintf(stderr, "lxfs %s: %s\n", command->kind->verb, error->message);
	return exit_code;
}

static int run(const Kind *kind, int argc, char **argv)
{
	g_auto(Command) command = {.kind = kind, .limit_msec = LIMIT_MSEC};
	g_autoptr(GError) error = NULL;
	int exit_code;

	if (!lx_instance_load(&command.instance, lx_settings_file(argc, argv), &error) ||
		!parse_options(&command, argc, argv, &error) || !check_options(&command, &error))
		return fail(&command, error, LX_EXIT_USAGE);
	if (geteuid() != 0) {
		lx_error_set(&error, EPERM, "it must be root; run it with sudo");
		return fail(&command, error, LX_EXIT_FAILED);
	}
	lx_instance_find(&command.instance);
	setvbuf(stdout, NULL, _IOLBF, 0); /* children must not inherit a filled buffer */
	exit_code = command.watch ? watch(&command, &error) : act_on_all(&command, &error);
	return error ? fail(&command, error, exit_code) : exit_code;
}

int lx_attach_verb(int argc, char **argv)
{
	return run(&attach_kind, argc, argv);
}

int lx_detach_verb(int argc, char **argv)
{
	return run(&detach_kind, argc, argv);
}
