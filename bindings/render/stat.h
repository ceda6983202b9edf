/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/stat (fs/proc/stat.c). Pure. */
#pragma once

#include "facts/stat.h"
#include "facts/tasks.h"
#include "model/cpu_time.h"
#include "model/lifetime.h"

typedef struct {
	const LxStatShape *shape; /* which lines, in which order */
	const LxCpuTimes *times;
	const LxLifetime *lifetime;
	const LxTaskCounts *tasks;
	uint64_t ticks_per_second; /* USER_HZ */
} LxStatNumbers;

/* Puts it behind what `text` holds. */
void lx_render_stat(const LxStatNumbers *numbers, GString *text);
