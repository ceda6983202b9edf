/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many tasks a container has, how many of them run or are blocked, and which is the newest. */
#pragma once

#include "facts/tasks.h"
#include "tree/context.h"

/*
 * Counted anew when the last count is more than a second old; in containers so large that counting
 * takes long, more seldom. Safe from any thread.
 */
LX_MUST_CHECK bool lx_tasks_count(
	LxContext *context, LxContainer *container, LxTaskCounts *out, GError **error);
