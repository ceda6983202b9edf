/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RUNTIME/seccomp: the socket on which OCI runtimes hand over listeners (linux.seccomp.listenerPath
 * of the runtime specification): a stream whose first byte brings descriptors along, among them the
 * listener. The text that comes with them, the state of the container, is passed over: which of the
 * descriptors is a listener the kernel says, and who calls, each call. Only root may speak
 * (unix(7): SO_PEERCRED).
 *
 * RUNTIME/seccomp-lxc: likewise for LXC's monitors, whose connections are kept in place of the
 * listeners (calls/proxy.h).
 *
 * Runs in the supervisor. Listeners are dropped when their container has gone.
 */
#pragma once

#include "fd.h"
#include "serve/estate.h"
#include "settings.h"

#define LX_RECEPTION_GUESTS 16

typedef struct {
	LxFd fd; /* -1: the seat is free */
	uint64_t deadline_nsec;
} LxReceptionGuest;

typedef struct {
	LxEstate *estate;
	const LxProgramSettings *settings;
	LxFd epoll;
	bool open;   /* the sockets are heard */
	bool paused; /* until there is room */
	bool full;
	LxReceptionGuest guests[LX_RECEPTION_GUESTS];
} LxReception;

/* Takes over what a predecessor left in the estate. */
void lx_reception_init(LxReception *reception, LxEstate *estate, const LxProgramSettings *settings);
void lx_reception_clear(LxReception *reception);

/* Listens, or with the setting sysinfo = off does so no more. Call with the lock of the folder. */
void lx_reception_open(LxReception *reception);
/* Others do from now on: also one that waits for room does not listen again. */
void lx_reception_close(LxReception *reception);

/* Is nobody in the middle of handing over? What he gives would be lost with this process. */
bool lx_reception_is_idle(const LxReception *reception);

/* A descriptor to poll for POLLIN, and what to call then and every second. Never waits. */
int lx_reception_source(const LxReception *reception);
void lx_reception_attend(LxReception *reception);
