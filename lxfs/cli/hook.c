/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `lxfs hook`: the OCI runtime hook. The views are put into a container before its first process
 * starts, by whatever runtime it is made.
 *
 * It is for createRuntime. There the container's mounts have been made and checked (runc allows
 * only eight files below /proc among those of a configuration; what hooks mount it does not ask),
 * the runtime tells a pid that means something on the host, and nothing of the container runs yet.
 *
 * A container that cannot get its views starts without them, unless `strict`: a node on which lxfs
 * is broken must still start containers. What is no OCI state at all is an error in any case, since
 * then this was not called by a runtime.
 */
#include "instance.h"
#include "mounts/attach.h"
#include "oci/bundle.h"
#include "oci/config.h"
#include "oci/input.h"
#include "oci/report.h"
#include "oci/rootfs.h"
#include "oci/rule.h"
#include "oci/state.h"
#include "verb.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHO "lxfs hook"
#define LIMIT_MSEC 5000

typedef struct {
	LxInstance instance;
	gboolean strict;
	gboolean precreate;
} Hook;

static void hook_clear(Hook *hook)
{
	lx_instance_clear(&hook->instance);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Hook, hook_clear)

static bool parse_arguments(Hook *hook, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) options =
		g_option_context_new("- OCI runtime hook, for createRuntime");
	const GOptionEntry entries[] = {
		{"strict", 0, 0, G_OPTION_ARG_NONE, &hook->strict,
			"fail, so that no container starts without its views", NULL},
		{"precreate", 0, 0, G_OPTION_ARG_NONE, &hook->precreate,
			"be Podman's hook precreate: sysinfo(2) is answered here", NULL},
		LX_INSTANCE_OPTIONS(&hook->instance),
		{NULL},
	};

	g_option_context_add_main_entries(options, entries, NULL);
	if (!g_option_context_parse(options, &argc, &argv, error))
		return false;
	if (argc == 1)
		return true;
	lx_error_set(error, EINVAL, "it takes no arguments");
	return false;
}

/* ---- The container ----------------------------------------------------------------------- */

static bool read_state(LxOciState *out, GError **error)
{
	size_t length;
	g_autofree char *text = lx_input_read(STDIN_FILENO, LX_STATE_MAX_BYTES,
		"the OCI state on standard input", &length, error);

	if (!text)
		return false;
	if (lx_state_parse(text, length, out, error))
		return true;
	g_prefix_error(error, "the OCI state on standard input: ");
	return false;
}

static bool read_config(const LxOciState *state, LxOciConfig *out, GError **error)
{
	g_auto(LxBundle) bundle = LX_BUNDLE_NONE;
	g_autofree char *text = NULL;
	size_t length;

	if (!lx_bundle_open(state->bundle, &bundle, error) ||
		!(text = lx_bundle_read(&bundle, &length, error)))
		return false;
	if (lx_config_parse(text, length, out, error))
		return true;
	g_prefix_error(error, "%s/config.json: ", state->bundle);
	return false;
}

/* An absolute path without symbolic links. For free(3). */
static char *resolve_rootfs(const LxOciState *state, const LxOciConfig *config, GError **error)
{
	g_autofree char *path = g_canonicalize_filename(config->rootfs, state->bundle);
	char *resolved = realpath(path, NULL);

	if (!resolved)
		lx_error_set_errno(error, errno, "looking for its root file system %s", path);
	return resolved;
}

/* Where its configuration mounts something of its own, that is what it gets. */
static LxViewSet choose_views(const LxOciConfig *config)
{
	LxViewSet chosen = 0;
	const LxView *view;

	for (unsigned i = 0; (view = lx_views_at(i)) != NULL; i++) {
		g_autofree char *path = lx_views_host_path(view);

		if (!lx_config_mounts_at(config, path))
			chosen |= UINT32_C(1) << i;
	}
	return chosen;
}

static bool run(const LxAttachOptions *options, pid_t pid, GError **error)
{
	LxVisitReport report = {0};

	if (!lx_attach_run(options, pid, &report, error))
		return false;
	if (report.failed == 0)
		return true;
	lx_error_set(error, EIO, "%s", report.why);
	return false;
}

/* The cgroup view by itself: without it a container is to have the others all the same. */
static bool attach(const Hook *hook, const LxOciState *state, const LxOciConfig *config,
	const char *root, GError **error)
{
	LxAttachOptions options = {
		.runtime_dir = hook->instance.runtime_dir,
		.mountpoint = hook->instance.mountpoint,
		.root = root,
		.views = choose_views(config),
		.limit_msec = LIMIT_MSEC,
		.clean = !config->masks,
	};

	if (!run(&options, state->pid, error))
		return false;
	options.views = 0;
	options.cgroup = true;
	return !config->cgroup || run(&options, state->pid, error);
}

static bool attach_to(const Hook *hook, const LxOciState *state, GError **error)
{
	g_auto(LxOciConfig) config = {0};
	g_autoptr(LxMountinfo) own = NULL;
	g_autoptr(LxMountinfo) theirs = NULL;
	char *rootfs;
	const char *root;
	bool attached;

	if (!read_config(state, &config, error))
		return false;
	if (!config.wanted)
		return true;
	own = lx_mountinfo_read(getpid(), error);
	theirs = own ? lx_mountinfo_read(state->pid, error) : NULL;
	rootfs = theirs ? resolve_rootfs(state, &config, error) : NULL;
	if (!rootfs)
		return false;
	root = lx_rootfs_find(own, theirs, rootfs, error);
	attached = root && attach(hook, state, &config, root, error);
	free(rootfs);
	return attached;
}

/* ---- Podman's precreate ------------------------------------------------------------------ */

/*
 * Before it makes a container Podman gives this hook the configuration on standard input, and takes
 * what it prints in its place. So the rule comes to the profile that the container has anyway.
 */
static bool add_rule(const Hook *hook, char **text, size_t length, GError **error)
{
	g_auto(LxOciConfig) config = {0};

	if (!hook->instance.settings.sysinfo)
		return true;
	if (!lx_config_parse(*text, length, &config, error))
		return false;
	return !config.wanted || lx_rule_add(text, &config, hook->instance.runtime_dir, error);
}

static bool print(const char *text, size_t length, GError **error)
{
	if (fwrite(text, 1, length, stdout) == length && fflush(stdout) == 0)
		return true;
	lx_error_set_errno(error, errno, "printing the configuration");
	return false;
}

/* Whatever cannot have the rule is printed as it came: without it the kernel answers. */
static bool amend(const Hook *hook, GError **error)
{
	g_autoptr(GError) why = NULL;
	size_t length;
	g_autofree char *text = lx_input_read(STDIN_FILENO, LX_CONFIG_MAX_BYTES,
		"the configuration on standard input", &length, error);

	if (!text)
		return false;
	if (add_rule(hook, &text, length, &why))
		return print(text, strlen(text), error);
	g_prefix_error(&why, "having sysinfo(2) answered: ");
	lx_report_ignored(WHO, why);
	return print(text, length, error);
}

/* ---- The verb ---------------------------------------------------------------------------- */

/* A broken settings file keeps no container from starting. */
static void load_settings(Hook *hook, int argc, char **argv)
{
	g_autoptr(GError) error = NULL;

	if (!lx_instance_load(&hook->instance, lx_settings_file(argc, argv), &error))
		lx_report_ignored(WHO, error);
}

static int fail(const GError *error, int exit_code)
{
	fprintf(stderr, WHO ": %s\n", error->message);
	return exit_code;
}

int lx_hook_verb(int argc, char **argv)
{
	g_auto(Hook) hook = {0};
	g_auto(LxOciState) state = {0};
	g_autoptr(GError) error = NULL;

	load_settings(&hook, argc, argv);
	if (!parse_arguments(&hook, argc, argv, &error))
		return fail(error, LX_EXIT_USAGE);
	lx_instance_find(&hook.instance);
	if (hook.precreate)
		return amend(&hook, &error) ? LX_EXIT_DONE : fail(error, LX_EXIT_FAILED);
	if (!read_state(&state, &error))
		return fail(error, LX_EXIT_FAILED);
	if (attach_to(&hook, &state, &error))
		return LX_EXIT_DONE;
	g_prefix_error(&error, "attaching to %s: ", state.id);
	if (hook.strict || hook.instance.settings.hook_strict)
		return fail(error, LX_EXIT_FAILED);
	lx_report_ignored(WHO, error);
	return LX_EXIT_DONE;
}
