/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is remembered in the runtime folder. */
#include "runtime.h"

#include <errno.h>

#define MOUNTPOINT_FILE "mountpoint"

bool lx_runtime_remember(const char *runtime_dir, const char *mountpoint, GError **error)
{
	g_autofree char *path = g_build_filename(runtime_dir, MOUNTPOINT_FILE, NULL);
	g_autofree char *text = g_strconcat(mountpoint, "\n", NULL);
	g_autoptr(GError) failure = NULL;

	if (g_file_set_contents_full(
		    path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &failure))
		return true;
	lx_error_set(error, EIO, "writing %s: %s", path, failure->message);
	return false;
}

char *lx_runtime_mountpoint(const char *runtime_dir)
{
	g_autofree char *path = g_build_filename(runtime_dir, MOUNTPOINT_FILE, NULL);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text[0] == '/' ? g_steal_pointer(&text) : NULL;
}
