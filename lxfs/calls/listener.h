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
#include <sys/socket.h>

#include "fd.h"

/* Asks the kernel. */
bool lx_listener_is(int fd);

/* Gives `take` each listener that came along with a packet, and closes what is left in its *fd. */
typedef void (*LxListenerTake)(LxFd *fd, gpointer data);
void lx_listener_unpack(struct msghdr *packet, LxListenerTake take, gpointer data);

/* Takes a call that waits into `*call`, which is zeroed first. False: none does any more. */
bool lx_listener_receive(int fd, struct seccomp_notif *call);

/* Is the caller still there, and waiting? Its thread id cannot have been another's meanwhile. */
bool lx_listener_waits(int fd, uint64_t id);

/* Ends the call that the response names. A caller that has gone is passed over. */
void lx_listener_respond(int fd, const struct seccomp_notif_resp *response);
