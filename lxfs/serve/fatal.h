/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which thread's request a worker died on: noted in the estate by the handler of fatal signals. */
#pragma once

#include "serve/seats.h"

/*
 * Call in the supervisor, for the worker to inherit: one that is shot in its first moment must not
 * look like one that crashed. Until lx_fatal_set_seats nobody's request is blamed.
 */
void lx_fatal_watch(LxEstate *estate);
/* Call before the FUSE threads start. */
void lx_fatal_set_seats(const LxSeats *seats);
/* Each FUSE thread once: a stack for the handler, since its own may be what has run out. */
void lx_fatal_enter_thread(void);
