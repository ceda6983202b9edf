/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One cgroup in one hierarchy: a folder, its parent, and the descriptors of its files. "Level"
 * because limits are read along the chain from a container's cgroup up to the root. The hierarchy's
 * root itself is never a level: it has no limits, and the pointer to it is NULL.
 *
 * Levels are shared: all containers below /docker hold the same level for it. A level never
 * changes after it was made; a descriptor once opened stays until the level is freed. When the
 * kernel answers ENODEV the cgroup has gone (or lost its controller): the read fails with the code
 * ENOENT, and lx_levels_forget makes the next lx_levels_get look afresh. Safe from any thread.
 */
#pragma once

#include "cgroup/files.h"
#include "cgroup/layout.h"

typedef struct LxLevels LxLevels;
typedef struct LxLevel LxLevel;

/* The table of levels in use. `root` and `layout` must outlive it. */
LxLevels *lx_levels_new(const LxSysroot *root, const LxLayout *layout);
void lx_levels_free(LxLevels *levels);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxLevels, lx_levels_free)

/*
 * The level of a path ("/docker/1234") in a hierarchy (an index of the layout), with its parents:
 * what has that path now, whoever holds what had it before.
 * *out is NULL for the root ("/"). The caller owns one reference. ENOENT when it does not exist.
 */
LX_MUST_CHECK bool lx_levels_get(
	LxLevels *levels, unsigned hierarchy, const char *path, LxLevel **out, GError **error);

/* Makes the table forget this level and those below it; holders keep theirs. */
void lx_levels_forget(LxLevels *levels, const LxLevel *level);

void lx_level_unref(LxLevel *level);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxLevel, lx_level_unref)

/* NULL when the parent is the root. Borrowed. */
LxLevel *lx_level_parent(const LxLevel *level);
const char *lx_level_path(const LxLevel *level);
unsigned lx_level_hierarchy(const LxLevel *level);
bool lx_level_is_v2(const LxLevel *level);
/* Its folder, opened with O_PATH. Borrowed. */
int lx_level_folder(const LxLevel *level);
/* The kernfs id: unique among the cgroups of a hierarchy from boot to shutdown. */
uint64_t lx_level_id(const LxLevel *level);

/*
 * The text of a file. A file that the kernel does not have here (ENOENT, EOPNOTSUPP) is absent:
 * true with *out = {NULL, 0}. Every cgroup file that lxfs reads is one record.
 */
LX_MUST_CHECK bool lx_level_read(LxLevel *level, LxCgroupFile file, LxText *out, GError **error);
/* The same of one that is not among them, opened for this once. */
LX_MUST_CHECK bool lx_level_read_by_name(
	LxLevel *level, const char *name, LxText *out, GError **error);

/*
 * A file of one number, "max" being LX_UNLIMITED, as is -1 (cpu.cfs_quota_us). *present is false
 * and *out untouched when the kernel does not have the file. No allocation.
 */
LX_MUST_CHECK bool lx_level_read_u64(
	LxLevel *level, LxCgroupFile file, uint64_t *out, bool *present, GError **error);

/* Opens a file of this cgroup by name anew (O_CLOEXEC added), for the caller. -1 on failure. */
LX_MUST_CHECK int lx_level_open(LxLevel *level, const char *name, int flags, GError **error);
