/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/cpuinfo: the host's own bytes with some numbers put in their places. Pure. */
#pragma once

#include "facts/cpuinfo.h"

/* `choice` is what lx_cpuinfo_choose made of `cpuinfo`. */
void lx_cpuinfo_append(const LxCpuinfo *cpuinfo, const LxCpuinfoChoice *choice, GString *to);
