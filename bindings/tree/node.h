/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands in a node number. It is a pure function of what it names, so that a number handed out
 * by one process means the same to its successor:
 *
 *   63..32  scope   low half of the kernfs id of a container's cgroup; 0: the caller's own
 *   31..26  kind    a row of the table, or an entry of a mirrored folder
 *   25..13  number  the N of cpuN, policyN or nodeN
 *   12..0   name    the path below that, as a number of tree/names.h; 0: the folder itself
 *
 * For a row of the table the low 26 bits are the row's id, which never changes its meaning between
 * versions.
 */
#pragma once

#include "lxfs.h"

typedef enum {
	LX_KIND_ROW,
	LX_KIND_CPU,        /* sys/devices/system/cpu/cpuN/<name> */
	LX_KIND_CPU_POLICY, /* sys/devices/system/cpu/cpufreq/policyN/<name> */
	LX_KIND_CPU_OTHER,  /* sys/devices/system/cpu/<name> */
	LX_KIND_NODE,       /* sys/devices/system/node/nodeN/<name> */
	LX_KIND_NODE_OTHER, /* sys/devices/system/node/<name> */
	LX_N_KINDS
} LxKind;

typedef struct {
	uint32_t scope;
	LxKind kind;
	unsigned number; /* the row's id for LX_KIND_ROW */
	unsigned name;
} LxNodeParts;

#define LX_NODE_NUMBER_BITS 13
#define LX_NODE_NAME_BITS 13

static inline LxNode lx_node_encode(const LxNodeParts *parts)
{
	LxNode low = parts->number;

	if (parts->kind != LX_KIND_ROW)
		low = low << LX_NODE_NAME_BITS | parts->name;
	return (LxNode)parts->scope << 32 |
	       (LxNode)parts->kind << (LX_NODE_NUMBER_BITS + LX_NODE_NAME_BITS) | low;
}

static inline LxNodeParts lx_node_decode(LxNode node)
{
	const unsigned low_bits = LX_NODE_NUMBER_BITS + LX_NODE_NAME_BITS;
	uint32_t low = (uint32_t)node & ((1u << low_bits) - 1);
	LxNodeParts parts = {
		.scope = (uint32_t)(node >> 32),
		.kind = (LxKind)((uint32_t)node >> low_bits),
		.number = low,
	};

	if (parts.kind != LX_KIND_ROW) {
		parts.number = low >> LX_NODE_NAME_BITS;
		parts.name = low & ((1u << LX_NODE_NAME_BITS) - 1);
	}
	return parts;
}
