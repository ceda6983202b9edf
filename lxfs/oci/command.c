/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line that a container manager gives an OCI runtime. */
#include "oci/command.h"

#include <string.h>

/*
 * Global options of runc, crun and youki whose value is the next argument, unless it follows a '='.
 * One that is not known here takes none: at worst its value is taken for the command, and then the
 * runtime runs as if it had been called itself.
 */
static const char *const with_value[] = {
	"cgroup-manager", "criu", "log", "log-format", "log-level", "root", "rootless", NULL};

/* Both "-x" and "--x", as Go's flags go; NULL: it is no option. */
static const char *option_name(const char *argument)
{
	if (argument[0] != '-' || argument[1] == '\0')
		return NULL;
	return argument + (argument[1] == '-' ? 2 : 1);
}

static int find_command(int argc, char *const *argv)
{
	int i = 1;

	while (i < argc) {
		const char *name = option_name(argv[i]);

		if (!name)
			return i;
		i += g_strv_contains(with_value, name) ? 2 : 1;
	}
	return argc;
}

/* The value of --NAME VALUE, --NAME=VALUE and their short spellings at this place; else NULL. */
static const char *value_of(int argc, char *const *argv, int i, const char *wanted)
{
	const char *name = option_name(argv[i]);
	size_t length = strlen(wanted);

	if (!name || strncmp(name, wanted, length) != 0)
		return NULL;
	if (name[length] == '=')
		return name + length + 1;
	return name[length] == '\0' && i + 1 < argc ? argv[i + 1] : NULL;
}

/* The last one between the two places counts. */
static const char *find_value(int end, char *const *argv, int first, const char *wanted)
{
	const char *found = NULL;

	for (int i = first; i < end; i++) {
		const char *value = value_of(end, argv, i, wanted);

		if (value)
			found = value;
	}
	return found;
}

bool lx_command_makes_container(const LxOciCommand *command)
{
	return g_strcmp0(command->name, "create") == 0 || g_strcmp0(command->name, "run") == 0;
}

LxOciCommand lx_command_parse(int argc, char *const *argv)
{
	int place = find_command(argc, argv);
	LxOciCommand command = {0};

	command.log = find_value(place, argv, 1, "log");
	if (place >= argc)
		return command;
	command.name = argv[place];
	if (!lx_command_makes_container(&command))
		return command;
	command.bundle = find_value(argc, argv, place + 1, "bundle");
	if (!command.bundle)
		command.bundle = find_value(argc, argv, place + 1, "b");
	return command;
}
