/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state of a container as an OCI runtime tells its hooks on standard input (the OCI runtime
 * specification, runtime.md, "State").
 */
#pragma once

#include "lxfs.h"

#define LX_STATE_MAX_BYTES ((size_t)1 << 20)

typedef struct {
	char *id;
	pid_t pid;    /* the container's first process, in the PID namespace of the runtime */
	char *bundle; /* an absolute path */
} LxOciState;

void lx_state_clear(LxOciState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxOciState, lx_state_clear)

/* EINVAL: it is no state, or not that of a container that is being made or runs. */
bool lx_state_parse(
	const char *text, size_t length, LxOciState *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
