/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What systemd is told (sd_notify(3)); nothing without it. */
#pragma once

#include <stdbool.h>

void lx_notify_ready(const char *mountpoint);
void lx_notify_reloading(void);
void lx_notify_stopping(void);
void lx_notify_watching(void);
/* Call about once a second; sends what WatchdogSec= asks for. */
void lx_notify_watchdog(void);
/*
 * Do copies of our descriptors lie in systemd's store, for the next start? systemd says so from
 * version 254 on (FDSTORE=); older ones cannot be asked, and the unit says it for them
 * (Environment=LXFS_STORE=1, beside FileDescriptorStoreMax=).
 */
bool lx_notify_has_store(void);
