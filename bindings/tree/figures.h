/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The figures of one container, from the same facts and models as the views. */
#pragma once

#include "tree/recipe.h"

/* As lx_inventory_read. */
LX_MUST_CHECK bool lx_figures_read(
	const LxReading *reading, unsigned wanted, LxFigures *out, GError **error);
