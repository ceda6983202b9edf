/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `lxfs serve`: what is inherited, settings, checks, mounts; then the supervisor. */
#include "calls/monitor.h"
#include "calls/register.h"
#include "descriptors.h"
#include "fd.h"
#include "mounts/mountinfo.h"
#include "mounts/served.h"
#include "runtime.h"
#include "serve/baton.h"
#include "serve/check.h"
#include "serve/connection.h"
#include "serve/handover.h"
#include "serve/pidfile.h"
#include "serve/preflight.h"
#include "serve/store.h"
#include "serve/supervisor.h"
#include "verb.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

/* Polls of pressure files are few: they need threads only so that they do not wait for each other.
 */
#define PRESSURE_THREADS 2u
/* A write to a cgroup file can take as long as the kernel likes (memory.reclaim). */
#define CGROUP_THREADS_MIN 2u
#define CGROUP_THREADS_MAX 8u
/* A predecessor whose descriptors came from the store may still be dying. */
#define LOCK_TRIES 150
/* One that others take over from may be reloading, or handing over to yet another one. */
#define TAKE_OVER_TRIES 1500
#define LOCK_PAUSE_USEC 20000

typedef struct {
	LxProgramSettings settings;
	LxInheritance inheritance;
	bool from_store;
	bool store_spoilt; /* it gave what cannot be used */
	bool check_only;
	bool take_over;
	int keep_sec;
	GArray *listeners; /* from the store; of LxListener */
	LxSupervision supervision;
} Start;

static void start_clear(Start *start)
{
	lx_settings_clear(&start->settings);
	lx_inheritance_clear(&start->inheritance);
	g_clear_pointer(&start->listeners, g_array_unref);
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		lx_fd_clear(&start->supervision.inner_mounts[kind]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Start, start_clear)

/* ---- What a predecessor left ------------------------------------------------------------- */

static bool inherit(Start *start, GError **error)
{
	g_autoptr(GError) failure = NULL;

	if (!lx_handover_take(&start->inheritance, error))
		return false;
	if (start->inheritance.estate)
		return true;
	if (lx_store_take(&start->inheritance, start->listeners, &failure)) {
		start->from_store = start->inheritance.estate != NULL;
		return true;
	}
	g_warning("%s; starting anew", failure->message);
	start->store_spoilt = true;
	lx_store_remove(NULL);
	return true;
}

/* In an estate of our own nobody has a row for them yet, and the store knows them by other names.
 */
static void take_listeners(const Start *start)
{
	LxEstate *estate = start->inheritance.estate;
	unsigned row;

	for (unsigned i = 0; i < start->listeners->len; i++) {
		LxListener *given = &g_array_index(start->listeners, LxListener, i);

		if (start->from_store) {
			lx_register_restore(estate, given->serial, lx_fd_steal(&given->fd));
			continue;
		}
		lx_store_remove_listener(given->serial);
		if (!lx_register_add(estate, given->fd, LX_LISTENERS_MAX, &row))
			continue;
		/* How far a worker came is not known any more. */
		estate->listener_rows[row].replied = lx_monitor_is(given->fd);
		lx_store_push_listener(&estate->listeners[row]);
	}
}

/* ---- Settings ---------------------------------------------------------------------------- */

static bool parse_file(
	LxProgramSettings *settings, LxEstate *estate, const char *path, GError **error)
{
	g_autofree char *text = lx_settings_read(path, error);

	if (!text || !lx_settings_parse(settings, text, error)) {
		g_prefix_error(error, "%s: ", path);
		return false;
	}
	if (estate)
		g_strlcpy(estate->header->settings, text, LX_SETTINGS_BYTES);
	return true;
}

/*
 * Whoever takes over cannot be choosy: a settings file that has been spoilt since is passed over
 * for the text that was last good.
 */
static bool load_settings(Start *start, const char *path, GError **error)
{
	LxEstate *estate = start->check_only ? NULL : start->inheritance.estate;
	g_autoptr(GError) failure = NULL;
	g_autofree char *last_good = NULL;

	if (parse_file(&start->settings, estate, path, &failure))
		return true;
	if (!estate) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	g_warning("%s; going on with the settings from before, ignoring", failure->message);
	lx_settings_clear(&start->settings);
	lx_settings_defaults(&start->settings);
	last_good = g_strndup(estate->header->settings, LX_SETTINGS_BYTES - 1);
	return lx_settings_parse(&start->settings, last_good, error);
}

static bool has_option(char **argv, const char *option)
{
	return g_strv_contains((const char *const *)argv, option);
}

static bool parse_arguments(Start *start, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) options =
		g_option_context_new("- mount the views and serve them");
	g_autofree char *config = NULL;
	const GOptionEntry entries[] = {
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &config,
			"settings file (default: " LX_SETTINGS_FILE ")", "FILE"},
		{"check-inheritance", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE,
			&start->check_only, NULL, NULL},
		{"take-over", 0, 0, G_OPTION_ARG_NONE, &start->take_over,
			"take over from the lxfs that serves with this runtime folder, if one does",
			NULL},
		{"keep", 0, 0, G_OPTION_ARG_INT, &start->keep_sec,
			"leave a process outside our cgroup that serves that long when we are gone",
			"SECONDS"},
		{NULL},
	};
	g_auto(GStrv) arguments = g_strdupv(argv);
	char **rest = g_memdup2(arguments, sizeof(char *) * (size_t)(argc + 1));
	char **kept = rest;
	bool parsed;

	g_option_context_add_main_entries(options, entries, NULL);
	g_option_context_add_group(options, lx_settings_options(&start->settings));
	parsed = load_settings(start, lx_settings_file(argc, argv), error) &&
		 g_option_context_parse(options, &argc, &rest, error);
	if (parsed && argc > 1) {
		lx_error_set(error, EINVAL, "serving: \"%s\" is no option", rest[1]);
		parsed = false;
	}
	g_free(kept);
	return parsed;
}

/* ---- The first start --------------------------------------------------------------------- */

static unsigned cgroup_threads(const LxProgramSettings *settings)
{
	return CLAMP(settings->threads, CGROUP_THREADS_MIN, CGROUP_THREADS_MAX);
}

/* First those of the views, then those of the pressure connection, then those of the cgroup view.
 */
static void assign_slots(LxEstate *estate, unsigned n_views)
{
	for (unsigned i = 0; i < estate->header->n_slots; i++) {
		if (i < n_views)
			estate->slots[i].connection = LX_CONNECTION_VIEWS;
		else if (i < n_views + PRESSURE_THREADS)
			estate->slots[i].connection = LX_CONNECTION_PRESSURE;
		else
			estate->slots[i].connection = LX_CONNECTION_CGROUP;
	}
}

static LxEstate *found_estate(
	const LxProgramSettings *settings, int mounts[LX_N_CONNECTIONS], GError **error)
{
	unsigned n_slots = settings->threads + PRESSURE_THREADS + cgroup_threads(settings);
	g_autoptr(LxEstate) estate =
		lx_estate_new(n_slots, lx_context_memory_bytes(&settings->library), error);

	if (!estate)
		return NULL;
	assign_slots(estate, settings->threads);
	g_strlcpy(estate->header->mountpoint, settings->mountpoint, LX_MOUNTPOINT_BYTES);
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		if (!lx_connection_new(estate, kind, &mounts[kind], error))
			return NULL;
	return g_steal_pointer(&estate);
}

/* The views are attached before a worker runs, so that no reader finds nothing. */
static bool start_anew(Start *start, const char *settings_file, GError **error)
{
	const LxProgramSettings *settings = &start->settings;
	int *mounts = start->supervision.inner_mounts;
	g_autofree char *text = NULL;

	if (start->store_spoilt)
		lx_connection_unmount(settings->mountpoint);
	if (!lx_preflight_check(settings, error))
		return false;
	start->inheritance.estate = found_estate(settings, mounts, error);
	if (!start->inheritance.estate ||
		!lx_connection_attach(mounts[LX_CONNECTION_VIEWS], settings->mountpoint, error))
		return false;
	lx_fd_clear(&mounts[LX_CONNECTION_VIEWS]);
	text = lx_settings_read(settings_file, NULL);
	g_strlcpy(start->inheritance.estate->header->settings, text ? text : "", LX_SETTINGS_BYTES);
	start->supervision.fresh = true;
	return true;
}

/* Of another mount namespace: that we hold its descriptors does not show us the mount. */
static bool sees_views(const char *mountpoint, GError **error)
{
	g_autoptr(LxMountinfo) own = lx_mountinfo_read(getpid(), error);
	LxServed served;

	if (!own)
		return false;
	if (lx_served_find(own, mountpoint, &served))
		return true;
	lx_error_set(error, EXDEV,
		"taking over the views at %s: they are not to be seen here; mount the runtime "
		"folder with propagation to and from the host (mountPropagation: Bidirectional)",
		mountpoint);
	return false;
}

/* What was mounted stays where it is. */
static bool carry_on(Start *start, GError **error)
{
	const char *mounted = start->inheritance.estate->header->mountpoint;
	LxProgramSettings *settings = &start->settings;

	if (strcmp(settings->mountpoint, mounted) == 0)
		return !start->inheritance.on_trial || sees_views(mounted, error);
	if (start->check_only || start->inheritance.on_trial) {
		lx_error_set(error, EBUSY,
			"taking over the views at %s: the settings want them at %s; stop lxfs and "
			"start it again for that",
			mounted, settings->mountpoint);
		return false;
	}
	g_warning("the views stay at %s until lxfs is stopped and started, ignoring", mounted);
	g_free(settings->mountpoint);
	settings->mountpoint = g_strndup(mounted, LX_MOUNTPOINT_BYTES - 1);
	return true;
}

/* ---- All ways of starting ---------------------------------------------------------------- */

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

static int lock_tries(const Start *start)
{
	if (start->take_over)
		return TAKE_OVER_TRIES;
	return start->from_store ? LOCK_TRIES : 1;
}

/* The folder's lock, free or from its holder with everything else. *final: that one says no. */
static bool try_lock(Start *start, bool *final, GError **error)
{
	const char *runtime_dir = start->settings.runtime_dir;
	g_autoptr(GError) failure = NULL;

	if (lx_pidfile_lock(runtime_dir, "supervisor.pid", &start->inheritance.lock, error))
		return true;
	if (!start->take_over)
		return false;
	if (lx_baton_ask(runtime_dir, &start->inheritance, &failure))
		return true;
	*final = lx_baton_is_refusal(failure);
	if (*final) {
		g_clear_error(error);
		g_propagate_error(error, g_steal_pointer(&failure));
	}
	return false;
}

static bool take_lock(Start *start, GError **error)
{
	const char *runtime_dir = start->settings.runtime_dir;
	int *lock = &start->inheritance.lock;

	if (g_mkdir_with_parents(runtime_dir, 0755) < 0 && geteuid() != 0) {
		lx_error_set(
			error, EPERM, "starting: lxfs must be root to mount; run it with sudo");
		return false;
	}
	for (int tries = lock_tries(start); *lock < 0; tries--) {
		bool final = false;

		g_clear_error(error);
		if (!try_lock(start, &final, error) && (final || tries <= 1))
			return false;
		if (*lock < 0)
			g_usleep(LOCK_PAUSE_USEC);
	}
	g_clear_error(error);
	if (!start->inheritance.on_trial)
		lx_pidfile_claim(*lock);
	return true;
}

/* In a child of a supervisor that thinks of executing us: would we come up? */
static bool check(Start *start, GError **error)
{
	g_autoptr(LxContext) context = NULL;

	if (!start->inheritance.estate) {
		lx_error_set(error, EINVAL, "checking the inheritance: there is none");
		return false;
	}
	if (!carry_on(start, error))
		return false;
	context = lx_context_new(&start->settings.library, error);
	return context && puts(LX_CHECK_YES) >= 0;
}

static int fail(const GError *error, int exit_code)
{
	fprintf(stderr, "lxfs serve: %s\n", error->message);
	return exit_code;
}

static int serve(Start *start, const char *settings_file)
{
	g_autoptr(GError) error = NULL;
	int exit_code;

	if (!take_lock(start, &error))
		return fail(error, LX_EXIT_FAILED);
	if (start->inheritance.estate ? !carry_on(start, &error)
				      : !start_anew(start, settings_file, &error))
		return fail(error, LX_EXIT_FAILED);
	lx_descriptors_raise_limit(); /* each container may give one */
	take_listeners(start);
	lx_runtime_write(start->settings.runtime_dir, "mountpoint", start->settings.mountpoint);
	start->supervision.take_over = start->take_over;
	start->supervision.keep_sec = start->take_over ? MAX(start->keep_sec, 0) : 0;
	exit_code = lx_supervisor_run(&start->supervision);
	if (!start->supervision.survived)
		lx_runtime_remove(start->settings.runtime_dir, "supervisor.pid");
	return exit_code;
}

int lx_serve_verb(int argc, char **argv)
{
	g_auto(Start) start = {
		.inheritance = LX_INHERITANCE_NOTHING,
		.listeners = g_array_new(FALSE, FALSE, sizeof(LxListener)),
	};
	g_autoptr(GError) error = NULL;
	g_autofree char *program = find_program();

	prctl(PR_SET_NAME, "lxfs"); /* whatever name it was executed by */
	start.check_only = has_option(argv, "--check-inheritance");
	start.supervision = (LxSupervision){
		.settings = &start.settings,
		.inheritance = &start.inheritance,
		.inner_mounts = {-1, -1, -1},
		.newcomer = -1,
		.program = program,
		.argv = argv - 1, /* with the program's name and the verb */
	};
	lx_settings_defaults(&start.settings);
	if (!inherit(&start, &error))
		return fail(error, LX_EXIT_FAILED);
	if (!parse_arguments(&start, argc, argv, &error))
		return fail(error, LX_EXIT_USAGE);
	if (!start.check_only)
		return serve(&start, lx_settings_file(argc, argv));
	return check(&start, &error) ? LX_EXIT_DONE : fail(error, LX_EXIT_FAILED);
}
