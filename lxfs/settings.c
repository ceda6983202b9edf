/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program's settings: one table of keys, filled from the file and from the command line. */
#include "settings.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define GROUP "lxfs"
#define THREADS_MAX 64u

typedef struct Key Key;

typedef bool (*SetKey)(const Key *key, void *field, const char *value);

struct Key {
	const char *name;
	const char *takes; /* as the help prints it: "on|off", "DIR" */
	const char *help;
	SetKey set;
	size_t offset;
	unsigned lowest; /* numbers only */
	unsigned highest;
};

/* The value's place among the alternatives "a|b|c" is the number of the enum. */
static bool set_choice(const Key *key, void *field, const char *value)
{
	g_auto(GStrv) choices = g_strsplit(key->takes, "|", -1);

	for (int i = 0; choices[i]; i++) {
		if (strcmp(choices[i], value) != 0)
			continue;
		*(int *)field = i;
		return true;
	}
	return false;
}

static bool set_switch(const Key *key, void *field, const char *value)
{
	bool on = strcmp(value, "on") == 0;

	if (!on && strcmp(value, "off") != 0)
		return false;
	*(bool *)field = on;
	return true;
}

static bool set_number(const Key *key, void *field, const char *value)
{
	guint64 number;

	if (!g_ascii_string_to_unsigned(value, 10, key->lowest, key->highest, &number, NULL))
		return false;
	*(unsigned *)field = (unsigned)number;
	return true;
}

static bool set_folder(const Key *key, void *field, const char *value)
{
	char **folder = field;

	if (value[0] != '/')
		return false;
	g_free(*folder);
	*folder = g_canonicalize_filename(value, "/");
	return true;
}

static bool set_program(const Key *key, void *field, const char *value)
{
	char **program = field;

	if (value[0] == '\0')
		return false;
	g_free(*program);
	*program = g_strdup(value);
	return true;
}

#define FIELD(name) offsetof(LxProgramSettings, name)

static const Key keys[] = {
	{"cpu-view", "quota|cpuset|shares|host", "how many CPUs a container sees", set_choice,
		FIELD(library.cpu_view), 0, 0},
	{"cpu-numbers", "real|renumber", "under which numbers it sees them", set_choice,
		FIELD(library.cpu_numbers), 0, 0},
	{"cpu-possible", "host|visible", "what sys/devices/system/cpu/possible says", set_choice,
		FIELD(library.cpu_possible), 0, 0},
	{"unknown-caller", "host|deny", "what a caller gets that lxfs cannot see", set_choice,
		FIELD(library.unknown_caller), 0, 0},
	{"cgroup-view", "off|own|effective", "whether a container is shown its own cgroups",
		set_choice, FIELD(library.cgroup_view), 0, 0},
	{"swap", "on|off", "off: containers see no swap", set_switch, FIELD(library.swap), 0, 0},
	{"load-average", "on|off", "sample load averages", set_switch, FIELD(library.load_average),
		0, 0},
	{"sysinfo", "on|off", "on: sysinfo(2) of new containers is answered here", set_switch,
		FIELD(sysinfo), 0, 0},
	{"max-containers", "NUMBER", "containers remembered at once", set_number,
		FIELD(library.max_containers), 16, 1u << 20},
	{"threads", "NUMBER", "FUSE threads", set_number, FIELD(threads), 1, THREADS_MAX},
	{"mountpoint", "DIR", "where the views are mounted", set_folder, FIELD(mountpoint), 0, 0},
	{"runtime-dir", "DIR", "pid files and anchors", set_folder, FIELD(runtime_dir), 0, 0},
	{"unmount", "on|off", "unmount when stopped", set_switch, FIELD(unmount), 0, 0},
	{"hook-strict", "on|off", "no container starts without its views", set_switch,
		FIELD(hook_strict), 0, 0},
	{"oci-runtime", "PROGRAM", "what lxfs-runtime becomes", set_program, FIELD(oci_runtime), 0,
		0},
};

static unsigned default_threads(void)
{
	return CLAMP(2 * g_get_num_processors(), 2, 16);
}

void lx_settings_defaults(LxProgramSettings *settings)
{
	*settings = (LxProgramSettings){
		.mountpoint = g_strdup("/var/lib/lxfs"),
		.runtime_dir = g_strdup("/run/lxfs"),
		.oci_runtime = g_strdup("auto"),
		.threads = default_threads(),
		.sysinfo = false,
	};
	lx_settings_init(&settings->library);
}

void lx_settings_clear(LxProgramSettings *settings)
{
	g_clear_pointer(&settings->mountpoint, g_free);
	g_clear_pointer(&settings->runtime_dir, g_free);
	g_clear_pointer(&settings->oci_runtime, g_free);
}

bool lx_settings_set(
	LxProgramSettings *settings, const char *name, const char *value, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (strcmp(keys[i].name, name) != 0)
			continue;
		if (keys[i].set(&keys[i], (char *)settings + keys[i].offset, value))
			return true;
		lx_error_set(error, EINVAL, "setting %s to \"%s\": it takes %s", name, value,
			keys[i].takes);
		return false;
	}
	lx_error_set(error, EINVAL, "setting %s: there is no such key", name);
	return false;
}

/* The file is read before the command line is parsed, since the command line has the last word. */
const char *lx_settings_file(int argc, char **argv)
{
	static const char option[] = "--config";

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], option) == 0 && i + 1 < argc)
			return argv[i + 1];
		if (g_str_has_prefix(argv[i], option) && argv[i][strlen(option)] == '=')
			return argv[i] + strlen(option) + 1;
	}
	return LX_SETTINGS_FILE;
}

static bool load_key(LxProgramSettings *settings, GKeyFile *file, const char *name, GError **error)
{
	g_autofree char *value = g_key_file_get_string(file, GROUP, name, error);

	return value && lx_settings_set(settings, name, g_strstrip(value), error);
}

/* Nothing of it may be cut off, neither here nor in the memory that survives. */
static bool is_whole(const char *text, gsize bytes, const char *path, GError **error)
{
	if (bytes >= LX_SETTINGS_BYTES)
		lx_error_set(error, EINVAL,
			"reading the settings %s: longer than %d bytes; leave some comments out",
			path, LX_SETTINGS_BYTES - 1);
	else if (strlen(text) != bytes)
		lx_error_set(error, EINVAL, "reading the settings %s: a zero byte in it", path);
	else
		return true;
	return false;
}

char *lx_settings_read(const char *path, GError **error)
{
	g_autoptr(GError) failure = NULL;
	g_autofree char *text = NULL;
	gsize bytes;

	if (g_file_get_contents(path, &text, &bytes, &failure))
		return is_whole(text, bytes, path, error) ? g_steal_pointer(&text) : NULL;
	if (g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
		return g_strdup("");
	lx_error_set(error, EINVAL, "reading the settings %s: %s", path, failure->message);
	return NULL;
}

bool lx_settings_parse(LxProgramSettings *settings, const char *text, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) failure = NULL;
	g_auto(GStrv) names = NULL;

	if (!g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, &failure)) {
		lx_error_set(error, EINVAL, "reading the settings: %s", failure->message);
		return false;
	}
	names = g_key_file_get_keys(file, GROUP, NULL, NULL);
	for (char **name = names; name && *name; name++)
		if (!load_key(settings, file, *name, error))
			return false;
	return true;
}

bool lx_settings_load(LxProgramSettings *settings, const char *path, GError **error)
{
	g_autofree char *text = lx_settings_read(path, error);

	if (!text)
		return false;
	if (lx_settings_parse(settings, text, error))
		return true;
	g_prefix_error(error, "%s: ", path);
	return false;
}

/* A switch alone is on: --unmount. */
static gboolean on_option(const char *option, const char *value, gpointer data, GError **error)
{
	return lx_settings_set(data, option + strspn(option, "-"), value ? value : "on", error);
}

GOptionGroup *lx_settings_options(LxProgramSettings *settings)
{
	GOptionGroup *group = g_option_group_new("settings",
		"Settings (also keys of " LX_SETTINGS_FILE "):", "Settings", settings, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		GOptionEntry entry[2] = {{
			.long_name = keys[i].name,
			.arg = G_OPTION_ARG_CALLBACK,
			.flags = keys[i].set == set_switch ? G_OPTION_FLAG_OPTIONAL_ARG : 0,
			.arg_data = on_option,
			.description = keys[i].help,
			.arg_description = keys[i].takes,
		}};

		g_option_group_add_entries(group, entry);
	}
	return group;
}
