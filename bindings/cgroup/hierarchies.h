/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The live host's v1 controllers and their mount points, as libcgroup finds them. */
#pragma once

#include "base/error.h"

/*
 * Calls `visit` for every controller that is mounted: its kernel name ("memory") and an absolute
 * path. Forks: call once, at the start.
 */
typedef void (*LxHierarchyVisit)(const char *controller, const char *mount, gpointer data);
LX_MUST_CHECK bool lx_hierarchies_visit(LxHierarchyVisit visit, gpointer data, GError **error);
