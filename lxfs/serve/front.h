/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The FUSE front: requests -> liblxfs -> replies. It knows FUSE and nothing of cgroups; liblxfs
 * knows cgroups and nothing of FUSE. Node numbers are liblxfs's own; only the root of a connection,
 * which FUSE always calls 1, is translated.
 */
#pragma once

#include "serve/estate.h"
#include "serve/open_files.h"
#include "serve/seats.h"
#include "serve/triggers.h"

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

typedef struct LxFront LxFront;

/* All arguments must outlive it. */
LxFront *lx_front_new(
	LxContext *context, LxEstate *estate, LxOpenFiles *files, LxTriggers *triggers);
void lx_front_free(LxFront *front);

/* A libfuse session for one connection, not yet given a descriptor. NULL on failure. */
struct fuse_session *lx_front_session(LxFront *front, LxConnectionKind kind);

/* Where each FUSE thread takes its slot of the journal. */
const LxSeats *lx_front_seats(const LxFront *front);
/* The calling thread's, from a session's userdata; NULL for a thread that has none. */
LxSlot *lx_front_slot(const void *session);
