/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/vmstat and sys/devices/system/node/nodeN/vmstat -> facts. Any thread. */
#pragma once

#include "facts/vmstat.h"
#include "host/host.h"

/*
 * Cannot fail: the host's values are not used, so that nothing in the text can be wrong. *out
 * borrows the names from `text`; lines that are no "name number" are passed over, and so are those
 * beyond LX_VMSTAT_LINES_MAX.
 */
void lx_vmstat_parse(LxSlice text, LxVmstat *out);

/*
 * The lines of the host's own, parsed once: a running kernel has the same ones for ever. Shared:
 * for lx_vmstat_unref; its names are valid as long as `host`.
 */
LX_MUST_CHECK LxVmstat *lx_vmstat_lines(LxHost *host, GError **error);
void lx_vmstat_unref(LxVmstat *vmstat);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxVmstat, lx_vmstat_unref)
