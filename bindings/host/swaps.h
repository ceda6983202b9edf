/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /proc/swaps -> how this kernel prints it. Pure; any thread. */
#pragma once

#include "base/error.h"
#include "facts/swaps.h"

/*
 * Only the header is looked at: the host's swap spaces are not the container's. *out borrows from
 * `text`. EINVAL when the first line is no header. `what` names the file in the error.
 */
LX_MUST_CHECK bool lx_swaps_parse(LxSlice text, const char *what, LxSwaps *out, GError **error);
