/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths as texts: nothing is looked up. */
#pragma once

#include <stdbool.h>

/*
 * What follows `folder` in `path`: "" for the folder itself, "/x" for what lies in it; NULL for all
 * else. Everything that begins with a '/' lies in "/". Points into `path`.
 */
const char *lx_path_rest(const char *path, const char *folder);
/* Is it the folder, or does it lie in it? */
bool lx_path_is_within(const char *path, const char *folder);
