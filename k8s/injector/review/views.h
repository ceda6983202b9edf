/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The views that a pod can have, and the names under which it has them. */
#pragma once

#include "lxfs.h"

typedef struct {
	const char *name;       /* below the anchors' folder, and in the container below the root */
	const char *volume;     /* the volume's name in the pod */
	const char *mount_path; /* in the container */
	bool folder;
	bool written; /* pressure files take triggers: never read-only */
	bool minimal; /* in the preset of this name */
	bool runc;    /* runc lets a volume be mounted there */
} LxInjectView;

/* A set of views: bit i is the view at index i. */
typedef guint32 LxInjectViews;

/* NULL at the end. */
const LxInjectView *lx_inject_views_at(unsigned index);

/* Those at which runc lets a volume be mounted. */
LxInjectViews lx_inject_views_of_runc(void);

/*
 * "minimal", "runc", "full", or a view's name as "proc/meminfo" or "meminfo"; 0: nothing has this
 * name.
 */
LxInjectViews lx_inject_views_named(const char *name);
