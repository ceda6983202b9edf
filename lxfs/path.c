/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths as texts. */
#include "path.h"

#include <stddef.h>
#include <string.h>

const char *lx_path_rest(const char *path, const char *folder)
{
	size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	if (strncmp(path, folder, length) != 0)
		return NULL;
	return path[length] == '/' || path[length] == '\0' ? path + length : NULL;
}

bool lx_path_is_within(const char *path, const char *folder)
{
	return lx_path_rest(path, folder) != NULL;
}
