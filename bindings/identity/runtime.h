/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which container runtime made a cgroup, told from its path alone: each names its cgroups in its
 * own way. Pure.
 */
#pragma once

#include "base/scan.h"

#include <stdbool.h>

typedef struct {
	const char *runtime; /* "docker", "containerd", "cri-o", ...; static */
	char *id;            /* what the runtime calls the container; owned */
	size_t length;       /* bytes of the path up to the end of the container's own cgroup */
} LxRuntime;

void lx_runtime_clear(LxRuntime *runtime);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxRuntime, lx_runtime_clear)

/*
 * The nearest ancestor (or the cgroup itself) that a known runtime made: of containers within
 * containers the innermost. False, *out untouched, when no runtime made any of it. The id can be
 * the name of a folder.
 */
bool lx_runtime_recognise(const char *path, LxRuntime *out);

/*
 * The UID of the Kubernetes pod that the cgroup belongs to, as kubelet's cgroup driver wrote it
 * into the path; of pods within pods the innermost. For g_free; NULL: it belongs to none.
 */
char *lx_runtime_pod_uid(const char *path);

/*
 * What a container that no runtime names is called: its path without the leading '/', every other
 * '/' being ':' ("user.slice:session-1.scope"); only the end of a path of more than 200 bytes. Can
 * be the name of a folder. For g_free.
 */
char *lx_runtime_plain_id(const char *path);
