/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which slot of the journal the calling thread works at. */
#include "serve/seats.h"

void lx_seats_init(LxSeats *seats)
{
	pthread_key_create(&seats->key, NULL);
}

void lx_seats_clear(LxSeats *seats)
{
	pthread_key_delete(seats->key);
}

void lx_seats_take(const LxSeats *seats, LxSlot *slot)
{
	pthread_setspecific(seats->key, slot);
}

LxSlot *lx_seats_slot(const LxSeats *seats)
{
	return pthread_getspecific(seats->key);
}
