/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Places in the tree of a container, reached from outside: from a root, by folders alone. Symbolic
 * links are never followed, and neither is "..", so that no path leads out of the root. Whoever
 * serves a folder on the way is asked, and may never answer: only for processes that may hang.
 */
#pragma once

#include "lxfs.h"

/*
 * The folder that a path below `root` leads to (O_PATH). What openat2(2) does with RESOLVE_IN_ROOT
 * and RESOLVE_NO_SYMLINKS, on older kernels too. -1 and errno: ENOTDIR also for a symbolic link.
 */
int lx_place_walk(int root, const char *path);

/* What the last name of the path leads to (O_PATH): a symbolic link is opened itself. */
int lx_place_open(int root, const char *path);

/* The kernel's number of the mount that a descriptor lies on; -1: it does not say. `proc` is the
 * /proc of whoever asks. */
int lx_place_mount_id(int proc, int fd);
