/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a cgroup and those below it have read and written, by device: io.stat on v2
 * (admin-guide/cgroup-v2.rst), the blkio.* files on v1
 * (admin-guide/cgroup-v1/blkio-controller.rst).
 */
#pragma once

#include "cgroup/cgroup.h"
#include "facts/io.h"

/*
 * Devices that the cgroup has used. out->have is false when the container stands at the root or
 * the kernel does not count. Free with lx_io_facts_clear; any thread.
 */
LX_MUST_CHECK bool lx_cgroup_read_io(LxCgroup *cgroup, LxIoFacts *out, GError **error);

/* Over all devices. */
uint64_t lx_io_total_bytes(const LxIoFacts *facts, LxIoOperation operation);

void lx_io_facts_clear(LxIoFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxIoFacts, lx_io_facts_clear)

/*
 * The parsers behind it. Each appends an LxIoDevice for each device that the text names, maybe the
 * same one several times and maybe all zero; `what` names the file in the error. Devices without a
 * number ("(unknown)") and keys that lxfs does not know are passed over. On failure `devices` is
 * left with what came before.
 */

/* "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6": any keys in any order. */
LX_MUST_CHECK bool lx_io_parse_v2(LxSlice text, const char *what, GArray *devices, GError **error);
/* "8:0 Read 1", "8:0 Write 2", ..., "Total 3": one `count` for every operation. */
LX_MUST_CHECK bool lx_io_parse_v1(
	LxSlice text, const char *what, LxIoCount count, GArray *devices, GError **error);
