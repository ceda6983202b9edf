/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pid files in the runtime folder; the supervisor's is locked as long as it lives. */
#pragma once

#include "lxfs.h"

/* EBUSY: another lxfs holds it; the message names its pid. *out keeps the lock while it is open. */
bool lx_pidfile_lock(const char *runtime_dir, const char *name, int *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Without a lock; quiet about failures, since nothing depends on it. */
void lx_pidfile_write(const char *runtime_dir, const char *name, pid_t pid);
void lx_pidfile_remove(const char *runtime_dir, const char *name);
/* 0 when there is none. */
pid_t lx_pidfile_read(const char *runtime_dir, const char *name);
