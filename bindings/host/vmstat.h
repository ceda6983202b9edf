/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/vmstat and sys/devices/system/node/nodeN/vmstat -> facts. Pure; any thread. */
#pragma once

#include "facts/vmstat.h"

/*
 * Cannot fail: the host's values are not used, so that nothing in the text can be wrong. *out
 * borrows the names from `text`; lines that are no "name number" are passed over, and so are those
 * beyond LX_VMSTAT_LINES_MAX.
 */
void lx_vmstat_parse(LxSlice text, LxVmstat *out);
