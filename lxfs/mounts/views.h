/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The views that have an anchor each: what containers bind one by one. */
#pragma once

#include "lxfs.h"

typedef struct {
	const char *name; /* below the mount point, and on the host below the root */
	bool folder;
	bool written; /* pressure files take triggers: never read-only */
} LxView;

/* NULL at the end. */
const LxView *lx_views_at(unsigned index);
/* NULL: none has this name. */
const LxView *lx_views_find(const char *name);
/* The host's own file or folder behind the view, for g_free. */
char *lx_views_host_path(const LxView *view);
