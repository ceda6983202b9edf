/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock as a parameter: the kernel's, or one that stands still for tests and scenes. */
#pragma once

#include "lxfs.h"

/* Nanoseconds since the machine booted, suspended time included (CLOCK_BOOTTIME). */
uint64_t lx_clock_boottime_nsec(const LxClock *clock);
/* Nanoseconds since 1970. */
uint64_t lx_clock_realtime_nsec(const LxClock *clock);
