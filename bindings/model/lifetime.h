/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a container lives: uptime, btime, and the count of its processes. Pure. */
#pragma once

#include <stdint.h>

typedef struct {
	uint64_t start_nsec; /* when its init started, boot time */
	uint64_t uptime_nsec;
	uint64_t btime_sec; /* the same moment since 1970 */
	uint64_t processes; /* 0: not asked for */
} LxLifetime;

/* As the clocks say; never negative. Times are boot time, `realtime_nsec` is now since 1970. */
LxLifetime lx_lifetime_at(uint64_t start_nsec, uint64_t now_nsec, uint64_t realtime_nsec);

/*
 * What is shown after `shown`: the uptime never jumps back while init is the same, btime follows
 * only when the clock was set, processes never fall.
 */
LxLifetime lx_lifetime_advance(const LxLifetime *shown, const LxLifetime *fresh);

/*
 * The uptime for a reader whose time namespace adds `offset_nsec` to the boot time: in such a
 * namespace the kernel itself says boot time + offset. 0: the container's own uptime.
 */
uint64_t lx_lifetime_uptime(const LxLifetime *shown, uint64_t now_nsec, int64_t offset_nsec);
