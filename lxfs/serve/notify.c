/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What systemd is told (sd_notify(3)); nothing without it. */
#include "serve/notify.h"

#include "clock.h"
#include "config.h"

#include <stdlib.h>

#include <glib.h>

#if LXFS_HAVE_SYSTEMD
#include <systemd/sd-daemon.h>

void lx_notify_ready(const char *mountpoint)
{
	sd_notifyf(0, "READY=1\nSTATUS=serving at %s", mountpoint);
}

void lx_notify_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		(unsigned long long)(lx_clock_now_nsec(CLOCK_MONOTONIC) / 1000));
}

void lx_notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void lx_notify_watching(void)
{
	sd_notify(0, "READY=1\nSTATUS=watching for containers");
}

void lx_notify_watchdog(void)
{
	sd_notify(0, "WATCHDOG=1");
}
#else
void lx_notify_ready(const char *mountpoint)
{
	(void)mountpoint;
}

void lx_notify_reloading(void)
{
}

void lx_notify_stopping(void)
{
}

void lx_notify_watching(void)
{
}

void lx_notify_watchdog(void)
{
}
#endif

/* A number above 0. */
static bool is_on(const char *variable)
{
	const char *value = getenv(variable);

	return value && g_ascii_strtoull(value, NULL, 10) > 0;
}

bool lx_notify_has_store(void)
{
	return LXFS_HAVE_SYSTEMD && getenv("NOTIFY_SOCKET") &&
	       (is_on("FDSTORE") || is_on("LXFS_STORE"));
}
