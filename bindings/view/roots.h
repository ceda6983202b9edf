/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The roots of the hierarchies, and the way from a number of kernfs to the folder or file that has
 * it (open_by_handle_at(2)) and on to its path. Immutable; safe from any thread.
 */
#pragma once

#include "base/sysroot.h"
#include "cgroup/layout.h"

#include <sys/stat.h>

typedef struct {
	LxFd fd;
	char *path;      /* of the mount, as the kernel says it */
	char *name;      /* of its folder in the view */
	int handle_type; /* how this kernel writes handles; -1: it writes none */
	bool v2;
} LxRoot;

typedef struct {
	unsigned n_roots; /* as many as the layout has hierarchies */
	LxRoot roots[LX_HIERARCHIES_MAX];
} LxRoots;

/* ENOTSUP when the hierarchies cannot be opened by number. Clear it after a failure, too. */
LX_MUST_CHECK bool lx_roots_init(
	LxRoots *roots, const LxSysroot *root, const LxLayout *layout, GError **error);
void lx_roots_clear(LxRoots *roots);

/* v2 alone: the view is that hierarchy, not a folder of hierarchies. */
bool lx_roots_are_one(const LxRoots *roots);

/* Opens with O_PATH what has this number now; ENOENT when nothing has. -1 on failure. */
LX_MUST_CHECK int lx_root_open(const LxRoot *root, uint64_t id, GError **error);

/*
 * Looks through the folder at a path (as lx_root_path gives it) and all below it for what has this
 * number, and opens it by its name (O_PATH): then the kernel knows the path. ENOENT when there is
 * none. For g_free: its path. -1 on failure.
 */
LX_MUST_CHECK int lx_root_search(
	const LxRoot *root, const char *top, uint64_t id, char **out_path, GError **error);

/*
 * Does a path (as lx_root_path gives it) lead to the folder or file with this inode? *status says
 * what that is. As long as somebody has it open no other one has the same.
 */
LX_MUST_CHECK bool lx_root_leads_to(
	const LxRoot *root, const char *path, ino_t inode, struct stat *status);

/* Does stat(2) say the whole number? Then lx_root_number needs no descriptor. */
bool lx_root_numbers_by_status(const LxRoot *root);

/* The number of an open folder or file, of which `status` is what fstat(2) says. */
LX_MUST_CHECK bool lx_root_number(
	const LxRoot *root, int fd, const struct stat *status, uint64_t *out, GError **error);

/*
 * The path of an open folder or file below the root, for g_free: "" is the root, "/lxc/1" a cgroup.
 * NULL on failure: ENAMETOOLONG beyond PATH_MAX, ENOENT for what lies elsewhere.
 */
LX_MUST_CHECK char *lx_root_path(const LxRoot *root, int fd, GError **error);
