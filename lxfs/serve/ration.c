/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How often something is said. */
#include "serve/ration.h"

void lx_ration_init(LxRation *self)
{
	*self = (LxRation){0};
	g_mutex_init(&self->lock);
}

void lx_ration_clear(LxRation *self)
{
	g_mutex_clear(&self->lock);
}

static void begin_minute(LxRation *self, uint64_t now_nsec)
{
	self->begun_nsec = now_nsec;
	self->written = 0;
}

bool lx_ration_take(LxRation *self, uint64_t now_nsec, unsigned *out_withheld)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

	if (self->begun_nsec == 0 || now_nsec - self->begun_nsec >= LX_RATION_NSEC)
		begin_minute(self, now_nsec);
	if (self->written == LX_RATION_LINES) {
		self->withheld++;
		return false;
	}
	self->written++;
	*out_withheld = self->withheld;
	self->withheld = 0;
	return true;
}
