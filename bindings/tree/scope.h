/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For whom a node is asked: the caller's own container, or, below containers/ID, the one that the
 * node names. Gives the reading that recipes and mirror work with.
 */
#pragma once

#include "tree/place.h"

/* A reading owns its container. */
void lx_scope_clear(LxReading *reading);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxReading, lx_scope_clear)

/*
 * EACCES for a node of containers/ that somebody inside a container asks for; EACCES for a caller
 * that cannot be seen when the setting unknown-caller says deny. ENOENT for a container that ended.
 */
LX_MUST_CHECK bool lx_scope_open(
	const LxCaller *caller, uint32_t scope, LxReading *out, GError **error);

/* How often something was tried for a caller, and whether one more try may end otherwise. */
typedef struct {
	unsigned n;
	bool again;
} LxTries;

/*
 * Notes a try that has failed. What led to a cgroup that has gone is forgotten, but after the first
 * one only; where descriptors have run out half of what is kept makes room.
 */
void lx_scope_note_failure(const LxReading *reading, const GError *failure, LxTries *tries);

/* Is the caller outside all containers? */
LX_MUST_CHECK bool lx_scope_check_host(const LxCaller *caller, GError **error);
