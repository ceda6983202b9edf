/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock as a parameter: the kernel's, or one that stands still for tests and scenes. */
#include "base/clock.h"

#include <time.h>

static uint64_t kernel_nsec(clockid_t id)
{
	struct timespec now = {0};

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t lx_clock_boottime_nsec(const LxClock *clock)
{
	return clock->fixed ? clock->fixed_boottime_nsec : kernel_nsec(CLOCK_BOOTTIME);
}

uint64_t lx_clock_realtime_nsec(const LxClock *clock)
{
	return clock->fixed ? clock->fixed_realtime_nsec : kernel_nsec(CLOCK_REALTIME);
}
