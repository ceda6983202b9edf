/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attributes of a place: type, permissions, size, and what may be cached of it. */
#pragma once

#include "tree/place.h"

LX_MUST_CHECK bool lx_attributes_of_row(const LxContext *context, uint32_t scope, const LxRow *row,
	LxAttributes *out, GError **error);
LX_MUST_CHECK bool lx_attributes_of_entry(const LxContext *context, const LxPlace *place,
	const LxMirrorEntry *entry, LxAttributes *out, GError **error);
