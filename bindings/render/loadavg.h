/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/loadavg (fs/proc/loadavg.c). Pure. */
#pragma once

#include "facts/tasks.h"
#include "model/load_average.h"

#include <glib.h>

/* Puts it behind what `text` holds. */
void lx_render_loadavg(const LxLoadAverage *average, const LxTaskCounts *tasks, GString *text);
