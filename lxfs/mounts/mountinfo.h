/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mounts of a mount namespace, from /proc/PID/mountinfo (Documentation/filesystems/proc.rst,
 * 3.5). A container chooses most of this text; lines that the kernel would never print are refused.
 */
#pragma once

#include "lxfs.h"

typedef struct {
	int id;
	int parent;
	int covered_by; /* the mount that is stacked on this one, at the same place; 0: none */
	bool hidden;    /* a path to it leads elsewhere: something lies over it, or over a folder on
			   the way */
	int shared;     /* peer group; 0: not shared */
	int master;     /* peer group that this one is a slave of; 0: none */
	uint64_t device;
	uint64_t attributes; /* MOUNT_ATTR_RDONLY, _NOSUID, _NODEV, _NOEXEC, _NODIRATIME,
				_NOSYMFOLLOW */
	const char *root;    /* the folder or file of its file system that is mounted */
	const char *mountpoint;
	const char *fstype;
	const char *source;
} LxMount;

typedef struct LxMountinfo LxMountinfo;

/* Takes `text`. `what` is for messages only: "parsing `what`, line N". EPROTO. */
LxMountinfo *lx_mountinfo_parse(
	char *text, const char *what, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* As a process sees them. ENOENT or ESRCH when it has gone, EFBIG when there are absurdly many. */
LxMountinfo *lx_mountinfo_read(pid_t pid, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lx_mountinfo_free(LxMountinfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxMountinfo, lx_mountinfo_free)

/* In the order of the text; NULL at the end. Borrowed, like all that follow. */
const LxMount *lx_mountinfo_at(const LxMountinfo *info, unsigned index);
/* NULL: not in this text. */
const LxMount *lx_mountinfo_by_id(const LxMountinfo *info, int id);

/* What a path leads to when a mount lies exactly there: the one that is not hidden. NULL: none
 * does. */
const LxMount *lx_mountinfo_top(const LxMountinfo *info, const char *mountpoint);
/*
 * A path that leads to `path` of the file system of `device`, through any of its mounts here: where
 * the root of a bind mount of another mount namespace lies. For g_free; NULL: none leads there.
 */
char *lx_mountinfo_path_to(const LxMountinfo *info, uint64_t device, const char *path);
/* What `mount` is stacked on, at the same place; NULL: it is the lowest there. */
const LxMount *lx_mountinfo_beneath(const LxMountinfo *info, const LxMount *mount);
/* The lowest mount at the place of this one. */
const LxMount *lx_mountinfo_bottom(const LxMountinfo *info, const LxMount *mount);
