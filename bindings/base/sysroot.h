/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The only door to kernel files: a folder under which proc/, sys/ and the cgroup mounts lie. On a
 * live host it is "/"; a captured host (tests/scenes) is any folder. Paths are relative to it, and
 * a leading '/' is ignored. Every descriptor is O_CLOEXEC. A file that is missing is an error with
 * code ENOENT; the message always names the file. All calls are safe from any thread.
 */
#pragma once

#include "base/fd.h"

/* No kernel file that lxfs reads is longer: 4096 CPUs make a cpuinfo of about 8 MiB. */
#define LX_SYSROOT_MAX_BYTES (64u * 1024 * 1024)

typedef struct LxSysroot LxSysroot;

LX_MUST_CHECK LxSysroot *lx_sysroot_new(const char *folder, GError **error);
void lx_sysroot_free(LxSysroot *root);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxSysroot, lx_sysroot_free)

/* The kernel's own files ("/"), or a captured host? */
bool lx_sysroot_is_live(const LxSysroot *root);

/* Opens a path; flags as in open(2), O_CLOEXEC is added. -1 on failure. */
LX_MUST_CHECK int lx_sysroot_open(
	const LxSysroot *root, const char *path, int flags, GError **error);
LX_MUST_CHECK bool lx_sysroot_read(
	const LxSysroot *root, const char *path, LxText *out, GError **error);
/* The target of a symbolic link, for g_free. */
LX_MUST_CHECK char *lx_sysroot_readlink(const LxSysroot *root, const char *path, GError **error);
/* The names in a folder without "." and "..", sorted; for g_strfreev. */
LX_MUST_CHECK char **lx_sysroot_list(const LxSysroot *root, const char *path, GError **error);
bool lx_sysroot_exists(const LxSysroot *root, const char *path);

struct stat;
/* fstatat(2); `follow` false is lstat. */
LX_MUST_CHECK bool lx_sysroot_stat(
	const LxSysroot *root, const char *path, bool follow, struct stat *out, GError **error);
