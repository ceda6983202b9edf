/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is remembered in the runtime folder, so that every verb needs only its path. */
#pragma once

#include "lxfs.h"

/* RUNTIME/mountpoint: where this instance is mounted. Written by `serve` before it mounts. */
bool lx_runtime_remember(
	const char *runtime_dir, const char *mountpoint, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* For g_free; NULL when nothing is remembered. */
char *lx_runtime_mountpoint(const char *runtime_dir);
