/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When the supervisor starts the next worker. */
#include "serve/patience.h"

#include <glib.h>

#define NSEC_PER_MSEC UINT64_C(1000000)
#define FORGET_NSEC (60 * 1000 * NSEC_PER_MSEC)
#define FAILURES_UNTIL_HOST_ONLY 3
#define TRIES_UNTIL_PAUSE 10
#define PAUSE_NSEC (200 * NSEC_PER_MSEC)

void lx_patience_try(LxPatience *self)
{
	self->tries++;
	self->next_nsec = 0;
}

void lx_patience_lose(LxPatience *self, uint64_t now_nsec)
{
	if (now_nsec - self->failed_nsec > FORGET_NSEC)
		self->failures = 0;
	self->failed_nsec = now_nsec;
	self->failures++;
	self->host_only = self->failures >= FAILURES_UNTIL_HOST_ONLY;
}

void lx_patience_again(LxPatience *self, uint64_t now_nsec)
{
	unsigned many = MAX(self->failures, self->tries / TRIES_UNTIL_PAUSE);
	uint64_t pause = many <= FAILURES_UNTIL_HOST_ONLY ? 0 : MIN(many, 10) * PAUSE_NSEC;

	self->next_nsec = now_nsec + pause;
}

int lx_patience_pause_msec(const LxPatience *self, uint64_t now_nsec)
{
	if (self->next_nsec == 0)
		return -1;
	if (self->next_nsec <= now_nsec)
		return 0;
	return (int)((self->next_nsec - now_nsec) / NSEC_PER_MSEC) + 1;
}
