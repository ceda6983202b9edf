/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which CPUs the container sees: asked here by every view, so that all agree. */
#pragma once

#include "tree/recipe.h"

/* Real numbers, by the settings cpu-view and cpu-numbers left aside. Never empty. */
LX_MUST_CHECK bool lx_visible_cpus(const LxReading *reading, LxCpuset *out, GError **error);

/* The number that a visible CPU is shown under (setting cpu-numbers). */
unsigned lx_visible_number(const LxReading *reading, const LxCpuset *visible, unsigned cpu);

/* The NUMA nodes that are online, and those of them that the container may use. Both empty on a
 * host without NUMA. */
LX_MUST_CHECK bool lx_visible_nodes(
	const LxReading *reading, LxCpuset *online, LxCpuset *allowed, GError **error);

/* False for a reader whose answers are the host's own: nothing is cut. */
bool lx_visible_is_cut(const LxReading *reading);
/* CPUs are shown as 0..N-1 instead of under their real numbers. */
bool lx_visible_is_renumbered(const LxReading *reading);
