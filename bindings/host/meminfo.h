/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/meminfo and sys/devices/system/node/nodeN/meminfo -> facts. Pure; any thread. */
#pragma once

#include "base/error.h"
#include "facts/meminfo.h"

/*
 * Both: *out borrows the names from `text`. Lines that are no "Name: number" are passed over, and
 * so are those beyond LX_MEMINFO_LINES_MAX; EINVAL when a field that lxfs knows has no number or
 * another unit than the kernel's. `what` names the file in the error.
 */
LX_MUST_CHECK bool lx_meminfo_parse(LxSlice text, const char *what, LxMeminfo *out, GError **error);
/* Of one NUMA node: "Node 0 MemTotal: ...". */
LX_MUST_CHECK bool lx_meminfo_parse_node(
	LxSlice text, const char *what, LxMeminfo *out, GError **error);
