/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of proc/slabinfo. */
#include "render/slabinfo.h"

void lx_slabinfo_render(LxSlice header, GString *to)
{
	g_string_append_len(to, header.at, (gssize)header.length);
	g_string_append_c(to, '\n');
}
