/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/meminfo and sys/devices/system/node/nodeN/meminfo -> facts. Any thread. */
#pragma once

#include "facts/meminfo.h"
#include "host/host.h"

/*
 * *out borrows the names from `text`. Lines that are no "Name: number" are passed over, and
 * so are those beyond LX_MEMINFO_LINES_MAX; EINVAL when a field that lxfs knows has no number or
 * another unit than the kernel's. `what` names the file in the error.
 */
LX_MUST_CHECK bool lx_meminfo_parse(LxSlice text, const char *what, LxMeminfo *out, GError **error);
/*
 * The host's own, as it was at most a second before now_nsec (boot time): of it only what stays for
 * long is used, its lines, the memory and swap that there are, its huge pages. Shared: for
 * lx_meminfo_unref.
 */
typedef struct {
	LxText text; /* the names in `facts` point into it */
	LxMeminfo facts;
} LxHostMeminfo;

LX_MUST_CHECK LxHostMeminfo *lx_meminfo_recent(LxHost *host, uint64_t now_nsec, GError **error);
void lx_meminfo_unref(LxHostMeminfo *meminfo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxHostMeminfo, lx_meminfo_unref)

/* Of one NUMA node: "Node 0 MemTotal: ...". */
LX_MUST_CHECK bool lx_meminfo_parse_node(
	LxSlice text, const char *what, LxMeminfo *out, GError **error);
