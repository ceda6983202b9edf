/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The views that have an anchor each: what containers bind one by one. */
#pragma once

#include "lxfs.h"

typedef struct {
	const char *name; /* below the mount point, and on the host below the root */
	bool folder;
	bool written; /* pressure files take triggers: never read-only */
} LxView;

#define LX_VIEWS_N 15u

/* Views by their index: bit 0 is lx_views_at(0). */
typedef uint32_t LxViewSet;
#define LX_VIEWS_ALL ((LxViewSet)((UINT32_C(1) << LX_VIEWS_N) - 1))

/* NULL at the end. */
const LxView *lx_views_at(unsigned index);
/* NULL: none has this name. */
const LxView *lx_views_find(const char *name);
/* The host's own file or folder behind the view, for g_free. */
char *lx_views_host_path(const LxView *view);

/*
 * "meminfo,pressure,cpu": names of views or of folders of views, with or without what they begin
 * with ("proc/", "sys/devices/system/"). EINVAL: one of them is no view.
 */
bool lx_views_parse(const char *list, LxViewSet *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
