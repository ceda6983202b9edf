/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which views a container has, as its /proc/PID/mountinfo alone says: nobody is asked and nothing
 * is entered, so that looking is cheap and cannot hang.
 *
 * What `lxfs attach` has put somewhere carries a mark, the mount flag nodiratime, which means
 * nothing on these files and which no runtime sets. What comes over it later (after a loss, through
 * the anchors) does not carry it, but is a slave of an anchor like all that comes this way.
 *
 * In a user namespace that was made after lxfs had started, as a rootless runtime's is, the anchors
 * are of a more privileged mount namespace, and their access time flags are locked, nodiratime
 * among them (mount_namespaces(7)). nosymfollow is not: there it is the mark of a file, on which it
 * means nothing either. It would on a folder, whose links are followed; so a folder carries none,
 * and is taken for ours if it has all the flags that attach sets, noexec among them, which neither
 * lxfs's mount nor any runtime gives a folder of it, and if a file of the container has that mark.
 * (One that was attached alone there, by --files=cpu, is not known again.)
 */
#pragma once

#include "mounts/served.h"
#include "mounts/views.h"

#include <linux/mount.h>

#define LX_ATTACHED_MARK MOUNT_ATTR_NODIRATIME
/* Of a file, where that one is locked. Linux 5.14. */
#define LX_ATTACHED_OTHER_MARK MOUNT_ATTR_NOSYMFOLLOW
/* What all that is attached is besides. */
#define LX_ATTACHED_HARMLESS (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

typedef enum {
	LX_ATTACHED_ABSENT,
	LX_ATTACHED_HEALTHY, /* the file that is served now */
	LX_ATTACHED_WAITING, /* the host's own file, until something is served */
	LX_ATTACHED_DEAD,    /* was served by this instance once */
	LX_ATTACHED_FOREIGN, /* of LXCFS or of another lxfs, dead or alive */
	LX_ATTACHED_COVERED, /* something that is none of ours lies over it */
} LxAttachedState;

typedef struct {
	LxAttachedState state;
	unsigned n_layers; /* to take away so that nothing of `lxfs attach` is left; 0: it has put
			      nothing here, so the view, if there is one, is the runtime's doing */
} LxAttachedView;

typedef struct {
	const LxServed *served; /* NULL: nothing is */
	const GArray *devices;  /* lx_generations_read; NULL: every lxfs is this instance */
} LxAttachedRules;

typedef struct {
	LxAttachedView views[LX_VIEWS_N]; /* by index, as lx_views_at */
	LxAttachedState cgroup;           /* the cgroup view at any place below /sys/fs/cgroup: the
					     worst */
} LxAttached;

/* The views of the container that a process is in. ENOENT or ESRCH when it has gone. */
bool lx_attached_look(pid_t pid, const LxAttachedRules *rules, LxAttached *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from a text that has been read. */
void lx_attached_find(const LxMountinfo *info, const LxAttachedRules *rules, LxAttached *out);
/* The view whose topmost mount this is. */
LxAttachedView lx_attached_judge(const LxMountinfo *info, const LxAttachedRules *rules,
	const LxMount *top, const LxView *view);

/* The same of the cgroup view at a place that lx_hierarchies_next has found. */
LxAttachedView lx_attached_judge_cgroup(
	const LxMountinfo *info, const LxAttachedRules *rules, const LxMount *top);

/* Is what lies at `path` on this mount the kernel's own file (or folder) behind the view? */
bool lx_attached_is_own_file(const LxMount *mount, const char *path, const LxView *view);

/* "absent", "healthy", ... Borrowed. */
const char *lx_attached_state_name(LxAttachedState state);
