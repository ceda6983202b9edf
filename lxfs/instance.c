/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which lxfs a verb is about: its settings, its runtime folder, and where it serves. */
#include "instance.h"

#include "runtime.h"

void lx_instance_clear(LxInstance *self)
{
	lx_settings_clear(&self->settings);
	g_clear_pointer(&self->config, g_free);
	g_clear_pointer(&self->runtime_dir, g_free);
	g_clear_pointer(&self->mountpoint, g_free);
}

bool lx_instance_load(LxInstance *self, const char *settings_file, GError **error)
{
	lx_settings_defaults(&self->settings);
	return lx_settings_load(&self->settings, settings_file, error);
}

static char *absolute(char *given, const char *otherwise)
{
	g_autofree char *path = given;

	return g_canonicalize_filename(path ? path : otherwise, NULL);
}

void lx_instance_find(LxInstance *self)
{
	const LxProgramSettings *settings = &self->settings;
	g_autofree char *remembered = NULL;

	self->runtime_dir = absolute(self->runtime_dir, settings->runtime_dir);
	remembered = lx_runtime_read(self->runtime_dir, "mountpoint");
	self->mountpoint =
		absolute(self->mountpoint, remembered ? remembered : settings->mountpoint);
}
