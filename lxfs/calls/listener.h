/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A seccomp listener: the descriptor on which the kernel tells of the system calls that a filter
 * wants answered elsewhere (seccomp_unotify(2)). It polls POLLIN when a call waits, POLLHUP when no
 * task is left under the filter. Every process that holds it may answer what another one has taken.
 */
#pragma once

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Asks the kernel. */
bool lx_listener_is(int fd);

/* Takes a call that waits into `*call`, which is zeroed first. False: none does any more. */
bool lx_listener_receive(int fd, struct seccomp_notif *call);

/* Is the caller still there, and waiting? Its thread id cannot have been another's meanwhile. */
bool lx_listener_waits(int fd, uint64_t id);

/* The call returns `value`, or with a `code` fails. A caller that has gone is passed over. */
void lx_listener_answer(int fd, uint64_t id, int64_t value, int code);
/* The kernel carries the call out itself. */
void lx_listener_let_through(int fd, uint64_t id);
