/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Limits as they hold: the kernel enforces those of all levels, and a program that reads the leaf
 * alone (Go, the JVM) takes "max" for an answer. PURE: texts in, text out.
 */
#pragma once

#include "base/scan.h"

typedef enum {
	LX_EFFECTIVE_NOT,    /* no limit, or one that the kernel shows as it holds */
	LX_EFFECTIVE_NUMBER, /* the smallest: memory.max, pids.max, memory.limit_in_bytes */
	LX_EFFECTIVE_RATE,   /* quota and period in one line: cpu.max */
	LX_EFFECTIVE_QUOTA,  /* the quota alone, on v1; its period is in another file */
} LxEffective;

LxEffective lx_effective_of(const char *name);

/* The file beside the quota, for LX_EFFECTIVE_QUOTA. */
const char *lx_effective_period_name(void);

/* One level's texts; `period` for LX_EFFECTIVE_QUOTA only. */
typedef struct {
	LxSlice limit;
	LxSlice period;
} LxEffectiveLevel;

/*
 * The text of the file as it holds, behind what `out` holds: levels[0] is the cgroup's own, the
 * others lie above it. A level that cannot be made sense of limits nothing; if that is its own, its
 * text stays.
 */
void lx_effective_append(
	LxEffective kind, const LxEffectiveLevel *levels, unsigned n_levels, GString *out);
