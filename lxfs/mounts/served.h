/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which mounts are views, and which of those are served now. */
#pragma once

#include "mounts/mountinfo.h"

/* The mount sources of the file systems that lxfs makes: their roots are different folders. */
#define LX_SOURCE_VIEWS "lxfs"
#define LX_SOURCE_PRESSURE "lxfs-pressure"
#define LX_SOURCE_CGROUP "lxfs-cgroup"

#define LX_SERVED_MAX 3

/* The file systems at and below the mount point. */
typedef struct {
	const char *mountpoint; /* borrowed */
	uint64_t devices[LX_SERVED_MAX];
	unsigned n_devices;
} LxServed;

/* Made by lxfs, or by LXCFS, dead or alive. */
bool lx_served_is_view(const LxMount *mount);

/*
 * The path of the view below the mount point of lxfs, "proc/meminfo" ("" for the whole tree), for
 * g_free. NULL when it is none that can be given to somebody anew.
 */
char *lx_served_view_name(const LxMount *mount);

/* What is mounted at the mount point now. False: no file system of views is. */
bool lx_served_find(const LxMountinfo *own, const char *mountpoint, LxServed *out);
/* NULL `served`: nothing is. */
bool lx_served_contains(const LxServed *served, const LxMount *mount);
/* The same file systems, one by one. */
bool lx_served_is_same(const LxServed *one, const LxServed *other);
