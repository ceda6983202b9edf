/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The numbers of sys/devices/system/node/nodeN/meminfo. Pure; cannot fail; any thread.
 *
 * A limit holds for all nodes together. It is divided among the nodes that the container may use in
 * the proportion of their sizes, so that the nodes' totals add up to the container's MemTotal as
 * they do on a machine.
 */
#pragma once

#include "facts/meminfo.h"
#include "facts/memory.h"

typedef struct {
	const LxMeminfo *node;         /* the host's figures of this node */
	uint64_t visible_bytes;        /* MemTotal of all nodes that the container may use */
	const LxMeminfoNumbers *whole; /* the container's proc/meminfo */
	const LxMemoryStats *stats;    /* its memory on this node; all absent where not known */
	uint64_t page_bytes;
} LxNodeMemory;

void lx_node_memory_compute(const LxNodeMemory *facts, LxMeminfoNumbers *out);
