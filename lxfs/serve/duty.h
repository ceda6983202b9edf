/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which threads of a connection wait for requests, and which rest.
 *
 * A reader's requests come one after the other. Where several threads wait, each of them wakes
 * another one, on a CPU that has gone to sleep, and that costs more than most answers. So one
 * thread receives, answers and receives again, and the others rest. The first of those, the
 * standby, sleeps on a timer that runs only while there is work: it joins when requests have been
 * left lying, or when nobody waits for the next one because all answers take long. A thread that
 * has nothing to take while another one waits goes back to rest.
 *
 * It holds at any moment that a thread waits, or answers and will wait, or the timer runs. So no
 * request lies for longer than two ticks, whatever an answer waits for, as long as a thread is
 * left.
 */
#pragma once

#include <stdbool.h>

#include <glib.h>

typedef struct LxDuty LxDuty;

#define LX_DUTY_TICK_NSEC 1000000

/* Of the connection that is read from `fuse_fd`, which must outlive it. */
LxDuty *lx_duty_new(int fuse_fd, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Nobody may rest on it. */
void lx_duty_free(LxDuty *duty);

/* Before each receive: rests unless the caller is needed, and then counts as one who waits. */
void lx_duty_wait(LxDuty *duty);

/* After it: the caller has a request to answer, or none. */
void lx_duty_take(LxDuty *duty);
