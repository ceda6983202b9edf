/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The descriptor of a connection of LXC's monitor (calls/proxy.h says what is spoken on it), which
 * is kept where listeners are (calls/register.h).
 */
#pragma once

#include <stdbool.h>

/* Asks the kernel: a connected packet socket is nothing else here. */
bool lx_monitor_is(int fd);
