/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A cgroup's pressure files: what they say, and the triggers that can be set on them
 * (Documentation/accounting/psi.rst). Only v2 has them. Any thread.
 */
#pragma once

#include "cgroup/cgroup.h"
#include "facts/pressure.h"

typedef enum {
	LX_PRESSURE_CPU,
	LX_PRESSURE_IO,
	LX_PRESSURE_MEMORY,
	LX_PRESSURE_IRQ,
	LX_N_PRESSURES
} LxPressure;

/*
 * The kernel's own text, a page at most. ENOTSUP when the cgroup has no such file or the container
 * stands at the root.
 */
LX_MUST_CHECK bool lx_pressure_read(
	LxCgroup *cgroup, LxPressure which, LxText *out, GError **error);

/* The averages over 10 seconds that such a text has. EINVAL for one that is no percentage. */
LX_MUST_CHECK bool lx_pressure_parse(
	LxSlice text, const char *what, LxPressureFacts *out, GError **error);

/*
 * Sets a trigger, "some 150000 1000000" with or without a newline or a NUL behind it, and gives the
 * descriptor that polls POLLPRI for it; closing it ends the trigger. It is the caller's. -1 on
 * failure: EINVAL for a text that the kernel would not take (longer than 31 bytes, a NUL within, or
 * refused by the kernel itself), ENOTSUP as above, else the kernel's own errno.
 */
LX_MUST_CHECK int lx_pressure_set_trigger(
	LxCgroup *cgroup, LxPressure which, const char *text, size_t length, GError **error);

/* The same on a pressure file that is open for writing: the host's own. `what` names it. */
LX_MUST_CHECK bool lx_pressure_write_trigger(
	int fd, const char *what, const char *text, size_t length, GError **error);
