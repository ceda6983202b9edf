/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `lxfs-runtime`: the OCI runtime wrapper for Docker and containerd, which know no hooks.d.
 *
 * Called as they call runc: on `create` (and `run`) `lxfs hook` is added to the hooks of the
 * bundle's config.json, and to its seccomp profile a rule that has sysinfo(2) answered by lxfs;
 * then this process becomes runc or crun, with the same arguments. All other commands become it at
 * once.
 */
#include "oci/bundle.h"
#include "oci/command.h"
#include "oci/config.h"
#include "oci/report.h"
#include "oci/rule.h"
#include "settings.h"
#include "verb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WHO "lxfs-runtime"
#define SELF "/proc/self/exe"

typedef struct {
	LxProgramSettings settings;
	const char *runtime; /* what --runtime said. Borrowed, as are all arguments */
	const char *config;  /* --config */
	const char *runtime_dir;
	GPtrArray *arguments; /* of the hook */
	bool strict;
} Wrapper;

static void wrapper_clear(Wrapper *self)
{
	lx_settings_clear(&self->settings);
	g_clear_pointer(&self->arguments, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wrapper, wrapper_clear)

/* ---- Our own options --------------------------------------------------------------------- */

typedef void (*Take)(Wrapper *self, const char *value);

static void pass_on(Wrapper *self, const char *option, const char *value)
{
	g_ptr_array_add(self->arguments, g_strdup(option));
	if (value)
		g_ptr_array_add(self->arguments, g_strdup(value));
}

static void take_runtime(Wrapper *self, const char *value)
{
	self->runtime = value;
}

static void take_config(Wrapper *self, const char *value)
{
	self->config = value;
	pass_on(self, "--config", value);
}

static void take_runtime_dir(Wrapper *self, const char *value)
{
	self->runtime_dir = value;
	pass_on(self, "--runtime-dir", value);
}

static void take_strict(Wrapper *self, const char *value)
{
	(void)value;
	self->strict = true;
	pass_on(self, "--strict", NULL);
}

static const struct {
	const char *name;
	Take take;
	bool has_value;
} options[] = {
	{"--runtime", take_runtime, true},
	{"--config", take_config, true},
	{"--runtime-dir", take_runtime_dir, true},
	{"--strict", take_strict, false},
};

/* How many arguments it is; 0: it is none of ours. */
static int take_option(Wrapper *self, char **argv)
{
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
		size_t length = strlen(options[i].name);

		if (strncmp(argv[0], options[i].name, length) != 0)
			continue;
		if (options[i].has_value && argv[0][length] == '=') {
			options[i].take(self, argv[0] + length + 1);
			return 1;
		}
		if (argv[0][length] != '\0' || (options[i].has_value && !argv[1]))
			continue;
		options[i].take(self, argv[1]);
		return options[i].has_value ? 2 : 1;
	}
	return 0;
}

/* Ours come first; argv of the runtime begins one before the first that is not ours. */
static char **take_options(Wrapper *self, char **argv)
{
	int n;

	pass_on(self, "lxfs", "hook");
	while (argv[1] && (n = take_option(self, argv + 1)) > 0)
		argv += n;
	g_ptr_array_add(self->arguments, NULL);
	return argv;
}

/* A broken settings file keeps no container from starting. */
static void load_settings(Wrapper *self)
{
	g_autoptr(GError) error = NULL;

	lx_settings_defaults(&self->settings);
	if (!lx_settings_load(
		    &self->settings, self->config ? self->config : LX_SETTINGS_FILE, &error))
		lx_report_ignored(WHO, error);
	self->strict = self->strict || self->settings.hook_strict;
}

/* ---- The hook ---------------------------------------------------------------------------- */

static char *amend(const Wrapper *self, const char *text, size_t length, GError **error)
{
	g_autofree char *program = g_file_read_link(SELF, NULL);

	if (program)
		return lx_config_with_hook(
			text, length, program, (const char *const *)self->arguments->pdata, error);
	lx_error_set(error, ENOENT, "reading the link " SELF);
	return NULL;
}

/* Adds to *text, if there is anything to add. */
static bool add_hook(const Wrapper *self, const LxOciConfig *config, char **text, GError **error)
{
	char *amended;

	if (config->hooked)
		return true;
	amended = amend(self, *text, strlen(*text), error);
	if (!amended)
		return false;
	g_free(*text);
	*text = amended;
	return true;
}

/* ---- The seccomp rule -------------------------------------------------------------------- */

/* Never a reason not to start: without the rule the kernel answers. */
static void add_rule(
	const Wrapper *self, const LxOciConfig *config, const char *bundle, char **text)
{
	const char *folder = self->runtime_dir ? self->runtime_dir : self->settings.runtime_dir;
	g_autoptr(GError) error = NULL;

	if (!self->settings.sysinfo || lx_rule_add(text, config, folder, &error))
		return;
	g_prefix_error(&error, "having sysinfo(2) of %s answered: ", bundle);
	lx_report_ignored(WHO, error);
}

/* ---- The bundle -------------------------------------------------------------------------- */

static bool hook_bundle(const Wrapper *self, const char *path, GError **error)
{
	g_auto(LxBundle) bundle = LX_BUNDLE_NONE;
	g_autofree char *text = NULL;
	g_autofree char *before = NULL;
	g_auto(LxOciConfig) config = {0};
	size_t length;

	if (!lx_bundle_open(path, &bundle, error) ||
		!(text = lx_bundle_read(&bundle, &length, error)))
		return false;
	before = g_strdup(text);
	if (!lx_config_parse(text, length, &config, error) ||
		(config.wanted && !add_hook(self, &config, &text, error))) {
		g_prefix_error(error, "adding the hook to %s/config.json: ", path);
		return false;
	}
	if (config.wanted)
		add_rule(self, &config, path, &text);
	return strcmp(text, before) == 0 || lx_bundle_replace(&bundle, text, error);
}

/* False: strict, and the container is not to start. */
static bool hook(const Wrapper *self, const LxOciCommand *command)
{
	g_autoptr(GError) error = NULL;

	if (!lx_command_makes_container(command) ||
		hook_bundle(self, command->bundle ? command->bundle : ".", &error))
		return true;
	if (!self->strict) {
		lx_report_ignored(WHO, error);
		return true;
	}
	lx_report_failed(WHO, command->log, error);
	return false;
}

/* ---- The runtime ------------------------------------------------------------------------- */

static char *find_any(void)
{
	static const char *const names[] = {"runc", "crun", NULL};
	char *path = NULL;

	for (int i = 0; names[i] && !path; i++)
		path = g_find_program_in_path(names[i]);
	return path;
}

static const char *chosen(const Wrapper *self)
{
	const char *variable = g_getenv("LXFS_RUNTIME");

	if (self->runtime)
		return self->runtime;
	return variable && variable[0] != '\0' ? variable : self->settings.oci_runtime;
}

static bool is_ourselves(const char *path)
{
	struct stat own, other;

	return stat(SELF, &own) == 0 && stat(path, &other) == 0 && own.st_dev == other.st_dev &&
	       own.st_ino == other.st_ino;
}

static char *find_runtime(const Wrapper *self, GError **error)
{
	const char *name = chosen(self);
	bool any = strcmp(name, "auto") == 0;
	g_autofree char *path = any ? find_any() : g_find_program_in_path(name);

	if (!path)
		lx_error_set(error, ENOENT,
			"looking for the OCI runtime %s: it is not installed; install it, or name "
			"another with --runtime=, LXFS_RUNTIME or oci-runtime in " LX_SETTINGS_FILE,
			any ? "runc or crun" : name);
	else if (is_ourselves(path))
		lx_error_set(error, ELOOP,
			"becoming the OCI runtime %s: it is lxfs-runtime itself; name another with "
			"--runtime=, LXFS_RUNTIME or oci-runtime in " LX_SETTINGS_FILE,
			path);
	else
		return g_steal_pointer(&path);
	return NULL;
}

static void become(const char *path, char **argv)
{
	g_autofree char *name = g_path_get_basename(path);

	argv[0] = name;
	execv(path, argv);
	fprintf(stderr, WHO ": becoming the OCI runtime %s: %s\n", path, g_strerror(errno));
}

int lx_wrapper_verb(int argc, char **argv)
{
	g_auto(Wrapper) self = {.arguments = g_ptr_array_new_with_free_func(g_free)};
	g_autoptr(GError) error = NULL;
	g_autofree char *runtime = NULL;
	LxOciCommand command;

	(void)argc;
	argv = take_options(&self, argv);
	load_settings(&self);
	command = lx_command_parse((int)g_strv_length(argv), argv);
	runtime = find_runtime(&self, &error);
	if (!runtime)
		lx_report_failed(WHO, command.log, error);
	else if (hook(&self, &command))
		become(runtime, argv);
	return LX_EXIT_FAILED;
}
