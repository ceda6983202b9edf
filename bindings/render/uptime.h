/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/uptime (fs/proc/uptime.c). Pure. */
#pragma once

#include <stdint.h>

#include <glib.h>

/* Puts it behind what `text` holds. */
void lx_render_uptime(uint64_t uptime_nsec, uint64_t idle_nsec, GString *text);
