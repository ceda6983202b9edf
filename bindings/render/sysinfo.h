/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes that sysinfo(2) writes (include/uapi/linux/sysinfo.h). */
#pragma once

#include "model/sysinfo.h"

#include <glib.h>
#include <stdbool.h>

/* `narrow`: for a 32-bit caller. `page_bytes` is the largest unit that memory is told in. */
void lx_render_sysinfo(
	const LxSysinfoNumbers *numbers, bool narrow, uint64_t page_bytes, GString *bytes);
