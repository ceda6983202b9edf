/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small files in the runtime folder. */
#include "runtime.h"

#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool write_new(const char *path, const char *text)
{
	g_auto(LxFd) fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	ssize_t bytes = (ssize_t)strlen(text);

	return fd >= 0 && write(fd, text, (size_t)bytes) == bytes;
}

void lx_runtime_write(const char *runtime_dir, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(runtime_dir, name, NULL);
	g_autofree char *new_path = g_strconcat(path, ".new", NULL);

	if (!write_new(new_path, text) || rename(new_path, path) < 0)
		g_info("writing %s: %s, ignoring", path, g_strerror(errno));
}

void lx_runtime_remove(const char *runtime_dir, const char *name)
{
	g_autofree char *path = g_build_filename(runtime_dir, name, NULL);

	unlink(path);
}

char *lx_runtime_read(const char *runtime_dir, const char *name)
{
	g_autofree char *path = g_build_filename(runtime_dir, name, NULL);
	char *text = NULL;

	if (g_file_get_contents(path, &text, NULL, NULL))
		text[strcspn(text, "\n")] = '\0';
	return text;
}
