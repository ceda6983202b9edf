/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A container's tasks: which threads, and how many in what state. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <glib.h>

/* Thread ids as the daemon's PID namespace numbers them. */
typedef struct {
	unsigned n;
	unsigned room;
	pid_t *tids; /* owned */
} LxTaskIds;

static inline void lx_task_ids_clear(LxTaskIds *ids)
{
	g_free(ids->tids);
	*ids = (LxTaskIds){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxTaskIds, lx_task_ids_clear)

typedef struct {
	unsigned running; /* R */
	unsigned blocked; /* D */
	unsigned total;
	pid_t newest; /* numbered in the container's PID namespace; 0: not known */
} LxTaskCounts;
