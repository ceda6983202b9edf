/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes as people read them. */
#pragma once

#include <stdint.h>

#include <glib.h>

/* "0", "512", "38.2M", "256M", "1.5G": binary units, never more than five characters. */
void lx_size_append(GString *to, uint64_t bytes);
