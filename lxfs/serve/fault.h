/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fault injection, in builds with -Dfaults=true only: the worker dies at a numbered point of the
 * request path, so that tests can prove that no point loses a request. In every other build nothing
 * of this is left.
 *
 * LXFS_FAULT=POINT:OPCODE:COUNT[:crash] names where, at which requests ("READ", "ANY", ...) and how
 * often; by SIGKILL, or with "crash" by abort(3). LXFS_FAULT_CONTAINER=FOLDER[:FOLDER...] (folders
 * of cgroups) leaves all other containers alone.
 */
#pragma once

#include "config.h"
#include "serve/seats.h"

typedef enum {
	LX_FAULT_BEFORE_RECEIVE, /* the opcode is the last request's here */
	LX_FAULT_AFTER_RECEIVE,
	LX_FAULT_MID_RENDER,
	LX_FAULT_BEFORE_REPLY,
	LX_FAULT_AFTER_REPLY,
	LX_FAULT_BEFORE_CLEAR,
	LX_N_FAULTS
} LxFaultPoint;

#if LXFS_FAULTS
/* Call before any thread starts. The deaths still to be died are counted in the estate. */
void lx_fault_watch(LxEstate *estate, const LxSeats *seats);
void lx_fault_point(LxFaultPoint point);

typedef struct {
	LxFaultPoint point;
	uint32_t opcode; /* 0: any */
	int count;
	bool crash;
} LxFault;

/* False when `text` is no LXFS_FAULT. */
bool lx_fault_parse(const char *text, LxFault *out);
#else
static inline void lx_fault_watch(LxEstate *estate, const LxSeats *seats)
{
	(void)estate;
	(void)seats;
}

static inline void lx_fault_point(LxFaultPoint point)
{
	(void)point;
}
#endif
