/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's block devices from /proc/diskstats (admin-guide/iostats.rst). */
#pragma once

#include "facts/disk.h"
#include "host/host.h"

void lx_disks_clear(LxDisks *disks);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxDisks, lx_disks_clear)

/*
 * "   8       0 sda 98377 30984 ...": the first three columns of every line. A line that does not
 * begin with two numbers and a name shorter than LX_DISK_NAME_BYTES is EINVAL. `what` names the
 * file in the error. *out must be empty ({0}); free it with lx_disks_clear.
 */
LX_MUST_CHECK bool lx_diskstats_parse(LxSlice text, const char *what, LxDisks *out, GError **error);

/* The devices as they are now. A kernel without the file has none. Any thread. */
LX_MUST_CHECK bool lx_diskstats_read(LxHost *host, LxDisks *out, GError **error);
