/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log: one JSON object a line on standard error. From any thread. */
#pragma once

#include "lxfs.h"

/* level: "info", "warning" or "error"; the message; then pairs of a name and a value, both const
 * char *. A value of NULL is left out with its name. */
#define lx_inject_log(...) lx_inject_log_write(__VA_ARGS__, (const char *)NULL)
void lx_inject_log_write(const char *level, const char *message, ...) G_GNUC_NULL_TERMINATED;

/* What GLib and its libraries say takes the same way. */
void lx_inject_log_adopt(void);
