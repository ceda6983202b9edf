/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of proc/vmstat and nodeN/vmstat. Pure; any thread. */
#pragma once

#include "facts/vmstat.h"

/* Appends the host's lines, in its order, with these numbers; unknown ones with 0. */
void lx_vmstat_render(const LxVmstat *host, const LxVmstatNumbers *numbers, GString *to);
