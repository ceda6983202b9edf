/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands in a node number of the view:
 *
 *   63..56  hierarchy  its place in the layout + 1; 0: the root of the view
 *   55..48  depth      of the folder that the asker calls "/": the host's root is 0
 *   47..0   id         kernfs's own number of the folder or file; 0: a folder that is called the
 *                      same by all, the hierarchy's in the view, or with a depth of 1 the asker's
 *                      topmost in it
 *
 * kernfs gives a number away once in 2^31 of its files and then counts on above (idr_alloc_cyclic
 * in fs/kernfs/dir.c): 48 bits are never used up. The depth makes a number stand for one path of
 * the view, not only for one cgroup: FUSE knows a folder by one name, and "/a" of a container with
 * a cgroup namespace is "/lxc/1/a" to its host.
 */
#pragma once

#include "lxfs.h"

#define LX_VIEW_ID_BITS 48
#define LX_VIEW_DEPTH_MAX 255u
/* Depths, where there is no id. */
#define LX_VIEW_DEPTH_BASE 0u
#define LX_VIEW_DEPTH_OWN 1u

typedef struct {
	unsigned hierarchy;
	unsigned depth;
	uint64_t id;
} LxViewNumber;

static inline LxNode lx_view_number_encode(const LxViewNumber *number)
{
	unsigned depth = MIN(number->depth, LX_VIEW_DEPTH_MAX);

	return (LxNode)(number->hierarchy + 1) << 56 | (LxNode)depth << LX_VIEW_ID_BITS |
	       number->id;
}

/* False for the root of the view. */
static inline bool lx_view_number_decode(LxNode node, LxViewNumber *out)
{
	unsigned hierarchy = (unsigned)(node >> 56);

	*out = (LxViewNumber){
		.hierarchy = hierarchy - 1,
		.depth = (unsigned)(node >> LX_VIEW_ID_BITS) & LX_VIEW_DEPTH_MAX,
		.id = node & ((UINT64_C(1) << LX_VIEW_ID_BITS) - 1),
	};
	return hierarchy > 0;
}
