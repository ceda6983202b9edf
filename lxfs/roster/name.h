/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container is called: the name that is shown of it, and all that it answers to. */
#pragma once

#include "roster/labels.h"

/* As the column ID has it: of 64 hexadecimal digits the first 12. */
void lx_name_append_id(GString *to, const LxContainerInfo *info);
/* As the column NAME has it: "web", "namespace/pod/container", "pod UID"; nothing: not known. */
void lx_name_append(GString *to, const LxContainerInfo *info, const LxLabels *labels);

/*
 * Is it called so? By the name that is shown, by what its runtime calls it, and in Kubernetes by
 * "pod", "namespace/pod", "pod/container" and the pod's UID, too.
 */
bool lx_name_fits(const LxContainerInfo *info, const LxLabels *labels, const char *name);
