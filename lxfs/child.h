/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Work that may hang, in a child: a read from a FUSE server that does not answer cannot be ended by
 * any signal once the server has taken it. So nobody waits for such a child longer than he chose
 * to.
 */
#pragma once

#include "lxfs.h"

#include <sys/types.h>

enum { LX_CHILD_FAILED = -1, LX_CHILD_HUNG = -2, LX_CHILD_NONE = -3 };

/*
 * Forks, runs `work` and gives what it returned (0 to 255), LX_CHILD_FAILED when it crashed,
 * LX_CHILD_HUNG when it took longer; it is killed then, and not waited for. LX_CHILD_NONE when
 * there is no room for a child: errno says of what. The child ends with us.
 */
int lx_child_run(int (*work)(gpointer data), gpointer data, unsigned limit_msec);

/*
 * In a child: it is killed when the thread that forked it ends, also if `parent`, that one's
 * process, has ended before.
 */
void lx_child_end_with(pid_t parent);

/*
 * In a child that may hang for ever: lets go of standard input, output and error. Whoever reads the
 * output of our program waits for its end, and would wait for that of the child.
 */
void lx_child_let_go(void);

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t lx_child_now_msec(void);
/* Until then, for poll(2): 0 when it is past. */
int lx_child_left_msec(int64_t deadline_msec);
