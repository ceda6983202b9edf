/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pid files in the runtime folder; the supervisor's is locked as long as lxfs lives. */
#pragma once

#include "lxfs.h"

/*
 * EBUSY: another lxfs holds it; the message names its pid. *out keeps the lock while it is open,
 * here or in a process that inherited it.
 */
bool lx_pidfile_lock(const char *runtime_dir, const char *name, int *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes our pid into a locked file. */
void lx_pidfile_claim(int lock);
/* Without a lock; quiet about failures, since nothing depends on it. */
void lx_pidfile_write(const char *runtime_dir, const char *name, pid_t pid);
/* The pid in a file that somebody holds the lock of; 0 when nobody does. */
pid_t lx_pidfile_holder(const char *runtime_dir, const char *name);
