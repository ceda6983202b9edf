/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of proc/meminfo and nodeN/meminfo. Pure; any thread. */
#pragma once

#include "facts/meminfo.h"

/* Appends the host's lines, in its order and columns, with these numbers; unknown ones with 0. */
void lx_meminfo_render(const LxMeminfo *host, const LxMeminfoNumbers *numbers, GString *to);
/* The same with "Node N " before every line. */
void lx_meminfo_render_node(
	const LxMeminfo *host, const LxMeminfoNumbers *numbers, unsigned node, GString *to);
