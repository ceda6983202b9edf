/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a pod, a container or a path was changed or left alone: one row each. */
#include "review/reason.h"

static const struct {
	const char *name;
	const char *warning;
} reasons[LX_INJECT_N_REASONS] = {
	[LX_INJECT_NOT_A_POD] = {"not-a-pod", NULL},
	[LX_INJECT_MALFORMED] = {"malformed", NULL},
	[LX_INJECT_MIRROR_POD] = {"mirror-pod", NULL},
	[LX_INJECT_EXCLUDED_NAMESPACE] = {"excluded-namespace", NULL},
	[LX_INJECT_OPTED_OUT] = {"opted-out", NULL},
	[LX_INJECT_NAMESPACE_UNKNOWN] = {"namespace-unknown",
		"the labels of the namespace could not be read"},
	[LX_INJECT_NOT_OPTED_IN] = {"not-opted-in", NULL},
	[LX_INJECT_WINDOWS] = {"windows", "it is for Windows"},
	[LX_INJECT_RUNTIME_CLASS] = {"runtime-class",
		"its runtimeClassName has a kernel of its own"},
	[LX_INJECT_VIRTUAL_NODE] = {"virtual-node", "it may run on a virtual node"},
	[LX_INJECT_POD_SECURITY] = {"pod-security",
		"the namespace enforces a Pod Security level that allows no hostPath"},
	[LX_INJECT_USER_NAMESPACE] = {"user-namespace", "hostUsers is false"},
	[LX_INJECT_HOST_PID] = {"host-pid",
		"hostPID is true; label the pod itself lxfs.io/inject=enabled"},
	[LX_INJECT_NOTHING_LEFT] = {"nothing-left", NULL},
	[LX_INJECT_ALREADY] = {"already-injected", NULL},
	[LX_INJECT_INJECTED] = {"injected", NULL},
	[LX_INJECT_EXCLUDED] = {"excluded", NULL},
	[LX_INJECT_UNMASKED_PROC] = {"unmasked-proc", "procMount is Unmasked"},
	[LX_INJECT_RUNTIME] = {"runtime", "runc allows no mount there"},
	[LX_INJECT_VOLUME_NAME] = {"volume-name", "the pod has another volume of that name"},
	[LX_INJECT_NO_VOLUME] = {"no-volume", NULL},
	[LX_INJECT_OWN_MOUNT] = {"own-mount", "the container mounts something there itself"},
};

const char *lx_inject_reason_name(LxInjectReason reason)
{
	return reasons[reason].name;
}

const char *lx_inject_reason_warning(LxInjectReason reason)
{
	return reasons[reason].warning;
}
