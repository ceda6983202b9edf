/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of `lxfs ps` and `lxfs top`: a new one is a row of the table. */
#pragma once

#include "roster/roster.h"

typedef enum { LX_TINT_PLAIN, LX_TINT_GOOD, LX_TINT_WARNING, LX_TINT_BAD } LxTint;

typedef struct {
	const char *key; /* for --sort */
	const char *title;
	const char *help;
	bool right; /* numbers */
	/* Appends the text of a cell. */
	void (*append)(const LxRosterRow *row, GString *to);
	/* As of qsort(3), the row that is to be shown first being the lesser. */
	int (*compare)(const LxRosterRow *a, const LxRosterRow *b);
	LxTint (*tint)(const LxRosterRow *row); /* NULL: plain */
} LxColumn;

/* NULL at the end. */
const LxColumn *lx_columns_at(unsigned index);
/* NULL: none has this key. */
const LxColumn *lx_columns_find(const char *key);
/* Numbers from the largest down, texts from A on; rows that are alike by id. */
void lx_columns_sort(GArray *rows, const LxColumn *by, bool reverse);

/* How many characters wide a text is on a terminal. */
unsigned lx_columns_width(const char *text);
