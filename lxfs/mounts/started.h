/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Has a container been made, or is its runtime still making it? Until its first process executes a
 * program of the container's own, its root may be another one, and paths may be still to be masked.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * `pid` is the container's init. It executes what lies on a mount of its own mount namespace, below
 * its own root; a runtime's program lies elsewhere, or nowhere (a memfd). False when it has ended.
 */
bool lx_started_look(pid_t pid);
