/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answering a system call of a container: what a file's reading is, without a file. */
#pragma once

#include "tree/scope.h"

typedef bool (*LxCallRead)(const LxReading *reading, gpointer out, GError **error);

/*
 * Has `read` fill `out` for the caller's container, and tries again where that may end otherwise.
 * ENODATA for a caller on the host: the kernel's own answer is his.
 */
LX_MUST_CHECK bool lx_call_read(
	const LxCaller *caller, LxCallRead read, gpointer out, GError **error);
