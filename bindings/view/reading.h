/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a place in the view is opened. */
#pragma once

#include "view/place.h"

/* The path by which an open file can be named: for calls that take no O_PATH descriptor. */
typedef struct {
	char path[sizeof "/proc/self/fd/-2147483648"];
} LxViewLink;

void lx_view_link(int fd, LxViewLink *out);

/* Opens a place of the asker's own as the asker. -1 on failure. */
LX_MUST_CHECK int lx_view_reopen(
	LxAsker *asker, const LxPlaceInView *place, int flags, GError **error);
