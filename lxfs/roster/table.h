/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows and columns as text. */
#pragma once

#include "roster/columns.h"

typedef struct {
	const LxColumn *const *columns; /* NULL-terminated */
	bool header;
	bool colour; /* for a terminal */
} LxTableStyle;

/* Each column as wide as its widest cell; no blanks at the end of a line. */
void lx_table_append(GString *to, const GArray *rows, const LxTableStyle *style);
