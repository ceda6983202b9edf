/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a container lives: uptime, btime, and the count of its processes. */
#include "model/lifetime.h"

#include "base/number.h"

#define NSEC_PER_SEC UINT64_C(1000000000)

LxLifetime lx_lifetime_at(uint64_t start_nsec, uint64_t now_nsec, uint64_t realtime_nsec)
{
	uint64_t uptime = lx_number_sub(now_nsec, start_nsec);

	return (LxLifetime){
		.start_nsec = start_nsec,
		.uptime_nsec = uptime,
		.btime_sec = lx_number_sub(realtime_nsec, uptime) / NSEC_PER_SEC,
	};
}

/* Two looks at two clocks round to neighbouring seconds; a clock that was set is further off. */
static bool is_same_second(uint64_t a, uint64_t b)
{
	return a > b ? a - b <= 1 : b - a <= 1;
}

LxLifetime lx_lifetime_advance(const LxLifetime *shown, const LxLifetime *fresh)
{
	LxLifetime next = *fresh;

	next.processes = lx_number_max(shown->processes, fresh->processes);
	if (shown->start_nsec != fresh->start_nsec)
		return next;
	next.uptime_nsec = lx_number_max(shown->uptime_nsec, fresh->uptime_nsec);
	if (is_same_second(shown->btime_sec, fresh->btime_sec))
		next.btime_sec = shown->btime_sec;
	return next;
}

uint64_t lx_lifetime_uptime(const LxLifetime *shown, uint64_t now_nsec, int64_t offset_nsec)
{
	if (offset_nsec == 0)
		return shown->uptime_nsec;
	if (offset_nsec > 0)
		return lx_number_add(now_nsec, (uint64_t)offset_nsec);
	return lx_number_sub(now_nsec, 0 - (uint64_t)offset_nsec);
}
