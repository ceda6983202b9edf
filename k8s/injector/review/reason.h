/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a pod, a container or a path was changed or left alone: one row each. */
#pragma once

#include "lxfs.h"

typedef enum {
	/* Of a whole pod, in the order in which they are looked for. */
	LX_INJECT_NOT_A_POD,
	LX_INJECT_MALFORMED,
	LX_INJECT_MIRROR_POD,
	LX_INJECT_EXCLUDED_NAMESPACE,
	LX_INJECT_OPTED_OUT,
	LX_INJECT_NAMESPACE_UNKNOWN,
	LX_INJECT_NOT_OPTED_IN,
	LX_INJECT_WINDOWS,
	LX_INJECT_RUNTIME_CLASS,
	LX_INJECT_VIRTUAL_NODE,
	LX_INJECT_POD_SECURITY,
	LX_INJECT_USER_NAMESPACE,
	LX_INJECT_HOST_PID,
	LX_INJECT_NOTHING_LEFT,
	LX_INJECT_ALREADY,
	LX_INJECT_INJECTED,
	/* Of a container, or of paths in one. */
	LX_INJECT_EXCLUDED,
	LX_INJECT_UNMASKED_PROC,
	LX_INJECT_RUNTIME,
	LX_INJECT_VOLUME_NAME,
	LX_INJECT_NO_VOLUME,
	LX_INJECT_OWN_MOUNT,
	LX_INJECT_N_REASONS,
} LxInjectReason;

/* "pod-security": in metrics, logs, audit annotations and the status annotation. */
const char *lx_inject_reason_name(LxInjectReason reason);
/* The end of a warning; NULL: nobody need be warned, it was asked for or changes nothing. */
const char *lx_inject_reason_warning(LxInjectReason reason);
