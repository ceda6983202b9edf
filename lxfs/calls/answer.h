/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The answer to one system call of a container: sysinfo(2), and sched_getaffinity(2) of the calling
 * thread itself. Whatever cannot be answered is carried out by the kernel
 * (SECCOMP_USER_NOTIF_FLAG_CONTINUE).
 */
#pragma once

#include "calls/listener.h"
#include "serve/estate.h"

/* Pure. */
LxCallKind lx_answer_kind(const struct seccomp_data *data);

/* Is it by that number that the thread with this /proc/TID/status knows itself? Pure. */
bool lx_answer_is_own_number(const char *status, pid_t number);

/*
 * The answer to the call that is in the row; what it tells is in the caller's memory by then.
 * False: the caller has gone. It is counted.
 */
bool lx_answer_make(LxContext *context, LxEstate *estate, const LxListenerRow *row, int listener,
	struct seccomp_notif_resp *out);

/*
 * Takes a call from the listener into its row, unless a predecessor has left one there, and answers
 * it. At the end the row is empty again.
 */
void lx_answer_next(LxContext *context, LxEstate *estate, unsigned row, int listener);
