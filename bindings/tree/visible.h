/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which CPUs the container sees: asked here by every view, so that all agree. */
#pragma once

#include "tree/recipe.h"

/* Real numbers, by the settings cpu-view and cpu-numbers left aside. Never empty. */
LX_MUST_CHECK bool lx_visible_cpus(const LxReading *reading, LxCpuset *out, GError **error);

/* The number that a visible CPU is shown under (setting cpu-numbers). */
unsigned lx_visible_number(const LxReading *reading, const LxCpuset *visible, unsigned cpu);
