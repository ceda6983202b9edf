/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shape of the host's /proc/stat (proc(5)): which lines, in which order, of how many values. */
#pragma once

#include <glib.h>

typedef enum {
	LX_STAT_CPU, /* the line "cpu" and the rows of the CPUs behind it */
	LX_STAT_CTXT,
	LX_STAT_BTIME,
	LX_STAT_PROCESSES,
	LX_STAT_PROCS_RUNNING,
	LX_STAT_PROCS_BLOCKED,
	LX_STAT_OTHER, /* intr, softirq and what is not known: activity of the host */
} LxStatKind;

#define LX_STAT_NAME_MAX 32

typedef struct {
	LxStatKind kind;
	char name[LX_STAT_NAME_MAX];
	unsigned n_values; /* a row's columns for LX_STAT_CPU */
} LxStatLine;

typedef struct {
	unsigned n_lines;
	LxStatLine *lines; /* owned */
} LxStatShape;

static inline void lx_stat_shape_clear(LxStatShape *shape)
{
	g_free(shape->lines);
	*shape = (LxStatShape){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxStatShape, lx_stat_shape_clear)
