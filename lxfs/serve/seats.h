/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which slot of the journal the calling thread works at. */
#pragma once

#include "serve/estate.h"

#include <pthread.h>

typedef struct {
	pthread_key_t key;
} LxSeats;

void lx_seats_init(LxSeats *seats);
void lx_seats_clear(LxSeats *seats);
/* Each FUSE thread says once which slot is its own. */
void lx_seats_take(const LxSeats *seats, LxSlot *slot);
/* NULL for a thread that never said so. Safe in a signal handler. */
LxSlot *lx_seats_slot(const LxSeats *seats);
