/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A clock's time in nanoseconds. */
#pragma once

#include <stdint.h>
#include <time.h>

static inline uint64_t lx_clock_now_nsec(clockid_t clock)
{
	struct timespec now = {0};

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}
