/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Places in the tree of a container, reached by folders alone. */
#include "mounts/place.h"

#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static int step(int folder, const char *name, int flags)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strchr(name, '/')) {
		errno = EINVAL;
		return -1;
	}
	return openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC | flags);
}

int lx_place_walk(int root, const char *path)
{
	g_auto(GStrv) names = g_strsplit(path, "/", -1);
	g_auto(LxFd) here = fcntl(root, F_DUPFD_CLOEXEC, 0);

	for (char **name = names; *name && here >= 0; name++) {
		int next;

		if ((*name)[0] == '\0')
			continue;
		next = step(here, *name, O_DIRECTORY);
		lx_fd_clear(&here);
		here = next;
	}
	return lx_fd_steal(&here);
}

int lx_place_open(int root, const char *path)
{
	g_autofree char *folder_path = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	g_auto(LxFd) folder = lx_place_walk(root, folder_path);

	return folder < 0 ? -1 : step(folder, name, 0);
}

int lx_place_mount_id(int proc, int fd)
{
	g_autofree char *path = g_strdup_printf("self/fdinfo/%d", fd);
	g_auto(LxFd) info = openat(proc, path, O_RDONLY | O_CLOEXEC);
	char text[1024];
	ssize_t got = info < 0 ? -1 : read(info, text, sizeof text - 1);
	const char *line;

	if (got <= 0)
		return -1;
	text[got] = '\0';
	line = strstr(text, "mnt_id:");
	return line ? (int)g_ascii_strtoll(line + strlen("mnt_id:"), NULL, 10) : -1;
}
