/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A page of `lxfs top`: what stands where on a screen of a given size. Pure. */
#pragma once

#include "roster/columns.h"

typedef enum { LX_LOOK_TEXT, LX_LOOK_TITLE, LX_LOOK_SORTED } LxLook;

typedef struct {
	unsigned x, y;
	char *text; /* owned */
	LxTint tint;
	LxLook look;
} LxPiece;

typedef struct {
	unsigned width, height;
	guint first; /* the row that is at the top */
	const LxColumn *by;
} LxPageView;

/* Lines above the first row: the heading, the keys, the titles. */
#define LX_PAGE_HEAD 3u

/*
 * The pieces of the page, none of which leaves the screen: columns that have no room are left out,
 * long texts are cut. For g_ptr_array_unref.
 */
GPtrArray *lx_page_new(const GArray *rows, const char *heading, const LxPageView *view);

/* The row to be at the top when `first` is wished for: the last page is full. */
guint lx_page_clamp(gint64 first, guint n_rows, unsigned height);

#define LX_PAGE_COLUMNS 13u

/* The columns of `lxfs top`, left to right. */
const LxColumn *lx_page_column(unsigned index);
/* The column to the right (step 1) or left (-1) of one, around the ends. */
const LxColumn *lx_page_step(const LxColumn *from, int step);
/* The column that a key sorts by; NULL: none. */
const LxColumn *lx_page_column_of_key(int key);
