/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A limit of a cgroup as it holds, with those of the cgroups above it: cgroup-view = effective. */
#pragma once

#include "view/place.h"

/*
 * Whether the file is such a limit; then its text as it holds stands behind what `text` holds. The
 * file must have been opened by the asker; the levels above, which he does not see, are read by us.
 */
bool lx_limits_append(const LxPlaceInView *file, LxSlice own, GString *text);
