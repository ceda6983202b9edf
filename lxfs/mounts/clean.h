/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A clean procfs and sysfs for a container.
 *
 * In a user namespace the kernel lets nobody mount a new procfs or sysfs who does not see a whole
 * one in his mount namespace already: one with nothing mounted on its files (mnt_already_visible in
 * fs/namespace.c). With a view on it /proc is whole no more, and a container in the container could
 * not get a /proc of its own. So where views hide the last whole one, a second is provided: a copy
 * of the very mount they hide, which therefore shows nothing that could not be seen before. (After
 * a runtime has masked files there is no whole one, and none is provided.)
 *
 *   /proc/tty/ldisc        a tmpfs by the name of lxfs-clean
 *   /proc/tty/ldisc/proc   the copy of /proc
 *   /proc/tty/ldisc/sys    the copy of /sys
 *   /proc/tty/ldisc        over the tmpfs: the folder that was there, so that no path leads to them
 *
 * /proc/tty/ldisc is an empty folder that the kernel keeps for old programs and nothing uses. It is
 * there without a /dev, with a root that is read-only, and before anything else is.
 */
#pragma once

#include "mounts/visit.h"

typedef struct {
	LxFd place;
	LxFd proc; /* roots of what is to be copied; -1: needs no copy */
	LxFd sys;
	LxFd folder; /* the tmpfs; -1: nothing is needed, or there is no place */
	bool shared; /* what is copied: the copy must not be */
} LxClean;

#define LX_CLEAN_NONE \
	{ \
		.place = -1, .proc = -1, .sys = -1, .folder = -1 \
	}

/*
 * Before the namespace is entered. `hidden` has the mounts (const LxMount *) that something will be
 * put on; `root` is where the container's root lies, NULL for "/".
 */
void lx_clean_prepare(LxClean *clean, LxVisit *visit, const char *root, const GPtrArray *hidden);
/* After that. True when nothing was needed; false when it failed, and nothing is left of it. */
bool lx_clean_put(const LxClean *clean, LxVisit *visit) G_GNUC_WARN_UNUSED_RESULT;
void lx_clean_take_back(const LxClean *clean, LxVisit *visit);
void lx_clean_clear(LxClean *clean);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxClean, lx_clean_clear)

/*
 * The mount of which a copy is needed (fstype "proc" or "sysfs"): whole now, and none below `root`
 * is whole once something lies on all of `hidden`. NULL: none is needed.
 */
const LxMount *lx_clean_find_needed(
	const LxMountinfo *info, const char *root, const char *fstype, const GPtrArray *hidden);
/* The tmpfs that was put somewhere. NULL: none was. */
const LxMount *lx_clean_find(const LxMountinfo *info);
