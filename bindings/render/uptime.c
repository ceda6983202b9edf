/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/uptime (fs/proc/uptime.c). */
#include "render/uptime.h"

#include <inttypes.h>

#define NSEC_PER_SEC UINT64_C(1000000000)

static uint64_t hundredths(uint64_t nsec)
{
	return nsec % NSEC_PER_SEC / (NSEC_PER_SEC / 100);
}

void lx_render_uptime(uint64_t uptime_nsec, uint64_t idle_nsec, GString *text)
{
	g_string_append_printf(text, "%" PRIu64 ".%02" PRIu64 " %" PRIu64 ".%02" PRIu64 "\n",
		uptime_nsec / NSEC_PER_SEC, hundredths(uptime_nsec), idle_nsec / NSEC_PER_SEC,
		hundredths(idle_nsec));
}
