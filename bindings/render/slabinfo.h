/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of proc/slabinfo. Pure; any thread. */
#pragma once

#include "base/scan.h"

/* Appends the header and no cache: they are all the host's. */
void lx_slabinfo_render(LxSlice header, GString *to);
