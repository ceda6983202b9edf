/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A page of `lxfs top`: what stands where on a screen of a given size. */
#include "top/page.h"

#define GAP 2u
/* Of ids and names no more is shown: the numbers are what one looks at. */
#define TEXT_MAX 24u
#define KEYS "q quit  < > column  c m l p i n sort  r reverse  up down PgUp PgDn scroll"

static const struct {
	const char *column;
	int key; /* sorts by it */
} shown[] = {
	{"id", 0},
	{"name", 'n'},
	{"cpu", 'c'},
	{"memory", 'm'},
	{"limit", 0},
	{"load", 'l'},
	{"tasks", 0},
	{"cpu-pressure", 'p'},
	{"memory-pressure", 0},
	{"io-pressure", 0},
	{"read", 'i'},
	{"write", 0},
	{"health", 0},
};

G_STATIC_ASSERT(G_N_ELEMENTS(shown) == LX_PAGE_COLUMNS);

const LxColumn *lx_page_column(unsigned index)
{
	return lx_columns_find(shown[index].column);
}

const LxColumn *lx_page_step(const LxColumn *from, int step)
{
	for (unsigned i = 0; i < LX_PAGE_COLUMNS; i++)
		if (lx_page_column(i) == from)
			return lx_page_column(
				(i + LX_PAGE_COLUMNS + (unsigned)step) % LX_PAGE_COLUMNS);
	return lx_page_column(0);
}

const LxColumn *lx_page_column_of_key(int key)
{
	for (unsigned i = 0; i < LX_PAGE_COLUMNS; i++)
		if (shown[i].key && shown[i].key == key)
			return lx_page_column(i);
	return NULL;
}

guint lx_page_clamp(gint64 first, guint n_rows, unsigned height)
{
	gint64 room = height > LX_PAGE_HEAD ? height - LX_PAGE_HEAD : 0;
	gint64 last = MAX((gint64)n_rows - room, 0);

	return (guint)CLAMP(first, 0, last);
}

/* ---- Pieces ------------------------------------------------------------------------------ */

static void piece_free(gpointer data)
{
	LxPiece *piece = data;

	g_free(piece->text);
	g_free(piece);
}

/* At most `width` columns; a '+' says that there is more. */
static char *cut(const char *text, unsigned width)
{
	GString *shorter;

	if (lx_columns_width(text) <= width)
		return g_strdup(text);
	shorter = g_string_new(text);
	while (shorter->len > 0 && lx_columns_width(shorter->str) + 1 > width)
		g_string_truncate(shorter,
			(gsize)(g_utf8_find_prev_char(shorter->str, shorter->str + shorter->len) -
				shorter->str));
	g_string_append_c(shorter, '+');
	return g_string_free(shorter, FALSE);
}

typedef struct {
	unsigned x, width;
	bool right;
} Room;

/* Takes the text over. */
static LxPiece *put(GPtrArray *page, unsigned y, Room room, char *text)
{
	LxPiece *piece = g_new0(LxPiece, 1);
	unsigned width = lx_columns_width(text);

	piece->y = y;
	piece->x = room.x + (room.right ? room.width - width : 0);
	piece->text = text;
	g_ptr_array_add(page, piece);
	return piece;
}

static void put_line(GPtrArray *page, unsigned y, const char *text, const LxPageView *view)
{
	if (view->height > y && view->width > 0)
		put(page, y, (Room){0, view->width, false}, cut(text, view->width));
}

/* ---- Columns ----------------------------------------------------------------------------- */

static char *cell_of(const LxColumn *column, const LxRosterRow *row)
{
	g_autoptr(GString) text = g_string_new(NULL);

	column->append(row, text);
	return column->right ? g_strdup(text->str) : cut(text->str, TEXT_MAX);
}

/* By all rows, so that nothing moves when one scrolls. */
static unsigned width_of(const LxColumn *column, const GArray *rows)
{
	unsigned width = lx_columns_width(column->title);

	for (guint i = 0; i < rows->len; i++) {
		g_autofree char *cell = cell_of(column, &g_array_index(rows, LxRosterRow, i));

		width = MAX(width, lx_columns_width(cell));
	}
	return width;
}

static void put_column(GPtrArray *page, const GArray *rows, const LxColumn *column, Room room,
	const LxPageView *view)
{
	room.right = column->right;
	if (view->height >= LX_PAGE_HEAD)
		put(page, LX_PAGE_HEAD - 1, room, g_strdup(column->title))->look =
			column == view->by ? LX_LOOK_SORTED : LX_LOOK_TITLE;
	for (guint y = LX_PAGE_HEAD, i = view->first; y < view->height && i < rows->len; y++, i++) {
		const LxRosterRow *row = &g_array_index(rows, LxRosterRow, i);
		LxPiece *piece = put(page, y, room, cell_of(column, row));

		piece->tint = column->tint ? column->tint(row) : LX_TINT_PLAIN;
	}
}

GPtrArray *lx_page_new(const GArray *rows, const char *heading, const LxPageView *view)
{
	GPtrArray *page = g_ptr_array_new_with_free_func(piece_free);
	unsigned x = 0;

	put_line(page, 0, heading, view);
	put_line(page, 1, KEYS, view);
	for (unsigned i = 0; i < LX_PAGE_COLUMNS; i++) {
		const LxColumn *column = lx_page_column(i);
		Room room = {.x = x, .width = width_of(column, rows)};

		if (x + room.width > view->width)
			continue;
		put_column(page, rows, column, room, view);
		x += room.width + GAP;
	}
	return page;
}
