/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers in kernel text, without the cost of printf: some views have hundreds. Any thread. */
#pragma once

#include <stdint.h>

#include <glib.h>

/* Appends a decimal number, with blanks before it up to `width` columns ("%*lu"). */
void lx_number_append(GString *to, uint64_t number, unsigned width);

void lx_number_append_blanks(GString *to, unsigned n);
