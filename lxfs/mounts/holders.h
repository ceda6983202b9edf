/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who follows what. A container that binds an anchor holds a slave of the mount that was on top of
 * the anchor at that moment, and follows what is stacked on that very mount and on no other. Such a
 * mount must not be taken away as long as somebody holds it. Whoever holds a lower mount of the
 * same anchor has been given a copy of it by the kernel, as of everything that was stacked; those
 * copies are taken away again with the original and count for nothing.
 *
 * Peer groups are numbers that are the same in every namespace. A slave can be shared again, and
 * then has slaves of its own: such a group follows its master, and is counted like it.
 */
#pragma once

#include "mounts/mountinfo.h"

typedef struct LxHolders LxHolders;

/* For the mounts at and below a folder, as we see them ourselves. */
LxHolders *lx_holders_new(const LxMountinfo *own, const char *anchors);
void lx_holders_free(LxHolders *holders);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxHolders, lx_holders_free)

/* Adds the mounts of one namespace (our own is one of them). */
void lx_holders_add(LxHolders *holders, const LxMountinfo *info);
/* A namespace that could not be read: whatever there is may be held. */
void lx_holders_add_unknown(LxHolders *holders);

/* After all have been added. */
bool lx_holders_hold(LxHolders *holders, const LxMount *mount);

/* Looks at every mount namespace. */
LxHolders *lx_holders_find(const LxMountinfo *own, const char *anchors);
