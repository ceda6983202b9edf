/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fault injection, in builds with -Dfaults=true only: the worker dies at a numbered point of the
 * request path, so that tests can prove that no point loses a request. In every other build nothing
 * of this is left.
 */
#pragma once

#include "config.h"

typedef enum {
	LX_FAULT_BEFORE_RECEIVE,
	LX_FAULT_AFTER_RECEIVE,
	LX_FAULT_MID_RENDER,
	LX_FAULT_BEFORE_REPLY,
	LX_FAULT_AFTER_REPLY,
	LX_FAULT_BEFORE_CLEAR,
	LX_N_FAULTS
} LxFaultPoint;

#if LXFS_FAULTS
void lx_fault_point(LxFaultPoint point);
#else
static inline void lx_fault_point(LxFaultPoint point)
{
	(void)point;
}
#endif
