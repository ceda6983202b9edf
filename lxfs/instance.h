/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which lxfs a verb is about: its settings, its runtime folder, and where it serves.
 *
 * A verb lists the options below among its own. It loads the settings and parses its command line,
 * in whichever order suits it, and then finds the folders.
 */
#pragma once

#include "settings.h"

typedef struct {
	LxProgramSettings settings;
	char *config;      /* as given; NULL: it was not */
	char *runtime_dir; /* so are these, until lx_instance_find: then absolute */
	char *mountpoint;
} LxInstance;

/* Entries for a table of GOptionEntry. What is given is kept in the LxInstance at `self`. */
#define LX_INSTANCE_FOLDERS(self) \
	{"runtime-dir", 0, 0, G_OPTION_ARG_FILENAME, &(self)->runtime_dir, \
		"of the instance (default: that of the settings)", "DIR"}, \
	{ \
		"mountpoint", 0, 0, G_OPTION_ARG_FILENAME, &(self)->mountpoint, \
			"where it serves (default: as remembered in the runtime folder)", "DIR" \
	}
#define LX_INSTANCE_CONFIG(self) \
	{ \
		"config", 0, 0, G_OPTION_ARG_FILENAME, &(self)->config, "settings file", "FILE" \
	}
#define LX_INSTANCE_OPTIONS(self) LX_INSTANCE_FOLDERS(self), LX_INSTANCE_CONFIG(self)

void lx_instance_clear(LxInstance *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInstance, lx_instance_clear)

/*
 * The defaults, and over them what the settings file says. When that is no good they are settings
 * all the same: the defaults, and what came before the mistake.
 */
bool lx_instance_load(
	LxInstance *self, const char *settings_file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The runtime folder as given, else as the settings say; where it serves as given, else as that
 * folder remembers, else as the settings say. What is relative is from the current folder.
 */
void lx_instance_find(LxInstance *self);
