/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's folders sys/devices/system/cpu and sys/devices/system/node, cut to what the container
 * has: entries of other CPUs and nodes do not exist, lists of CPUs are cut, the rest is the host's,
 * read-only. A path is relative to the folder ("cpu3/cache/index0/size", "" for the folder itself)
 * and carries the numbers that are shown. With reading->container NULL or the host nothing is cut.
 */
#pragma once

#include "tree/recipe.h"

typedef enum { LX_MIRROR_CPU, LX_MIRROR_NODE } LxMirror;

typedef struct {
	LxNodeType type;
	mode_t permissions; /* the host's without the write bits */
	uint64_t size;      /* the host's (sysfs says 4096), at least one page */
} LxMirrorEntry;

typedef bool (*LxMirrorVisit)(const char *name, const LxMirrorEntry *entry, gpointer data);

/* ENOENT for what this host or this container does not have. */
LX_MUST_CHECK bool lx_mirror_look(const LxReading *reading, LxMirror mirror, const char *path,
	LxMirrorEntry *out, GError **error);
/* The names below a folder: `visit` is called for each until it returns false. */
typedef struct {
	LxMirrorVisit visit;
	gpointer data;
} LxMirrorVisitor;
LX_MUST_CHECK bool lx_mirror_list(const LxReading *reading, LxMirror mirror, const char *path,
	const LxMirrorVisitor *visitor, GError **error);
LX_MUST_CHECK bool lx_mirror_read(
	const LxReading *reading, LxMirror mirror, const char *path, GString *text, GError **error);
/* For g_free. */
LX_MUST_CHECK char *lx_mirror_readlink(
	const LxReading *reading, LxMirror mirror, const char *path, GError **error);
