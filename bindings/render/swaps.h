/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of proc/swaps. Pure; any thread. */
#pragma once

#include "facts/swaps.h"

/*
 * Appends the header and, when there is swap, one line in the kernel's columns. Used is what
 * meminfo's SwapTotal and SwapFree leave.
 */
void lx_swaps_render(const LxSwaps *host, const LxSwapNumbers *swap, GString *to);
