/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows and columns as text. */
#include "roster/table.h"

#define GAP 2
#define COLUMNS_MAX 32

/* SGR sequences (ECMA-48, 8.3.117). */
static const char *const colours[] = {
	[LX_TINT_GOOD] = "\033[32m",
	[LX_TINT_WARNING] = "\033[33m",
	[LX_TINT_BAD] = "\033[1;31m",
};
#define BOLD "\033[1m"
#define OFF "\033[m"

typedef struct {
	const LxTableStyle *style;
	unsigned widths[COLUMNS_MAX];
} Table;

static char *cell_of(const LxColumn *column, const LxRosterRow *row)
{
	GString *text = g_string_new(NULL);

	column->append(row, text);
	return g_string_free(text, FALSE);
}

static void measure(Table *table, const GArray *rows)
{
	for (unsigned i = 0; i < COLUMNS_MAX && table->style->columns[i]; i++) {
		const LxColumn *column = table->style->columns[i];

		table->widths[i] = table->style->header ? lx_columns_width(column->title) : 0;
		for (guint n = 0; n < rows->len; n++) {
			g_autofree char *cell =
				cell_of(column, &g_array_index(rows, LxRosterRow, n));

			table->widths[i] = MAX(table->widths[i], lx_columns_width(cell));
		}
	}
}

static void append_blanks(GString *to, unsigned n)
{
	for (; n > 0; n--)
		g_string_append_c(to, ' ');
}

static void append_cell(
	const Table *table, unsigned i, const char *cell, const char *colour, GString *to)
{
	const LxColumn *const *columns = table->style->columns;
	unsigned padding = table->widths[i] - lx_columns_width(cell);

	append_blanks(to, (i > 0 ? GAP : 0) + (columns[i]->right ? padding : 0));
	g_string_append(to, colour ? colour : "");
	g_string_append(to, cell);
	g_string_append(to, colour ? OFF : "");
	if (!columns[i]->right && columns[i + 1])
		append_blanks(to, padding);
}

static void append_header(const Table *table, GString *to)
{
	const LxTableStyle *style = table->style;

	for (unsigned i = 0; i < COLUMNS_MAX && style->columns[i]; i++)
		append_cell(table, i, style->columns[i]->title, style->colour ? BOLD : NULL, to);
	g_string_append_c(to, '\n');
}

static void append_row(const Table *table, const LxRosterRow *row, GString *to)
{
	const LxTableStyle *style = table->style;

	for (unsigned i = 0; i < COLUMNS_MAX && style->columns[i]; i++) {
		const LxColumn *column = style->columns[i];
		g_autofree char *cell = cell_of(column, row);
		LxTint tint = column->tint ? column->tint(row) : LX_TINT_PLAIN;

		append_cell(table, i, cell, style->colour ? colours[tint] : NULL, to);
	}
	g_string_append_c(to, '\n');
}

void lx_table_append(GString *to, const GArray *rows, const LxTableStyle *style)
{
	Table table = {.style = style};

	measure(&table, rows);
	if (style->header)
		append_header(&table, to);
	for (guint i = 0; i < rows->len; i++)
		append_row(&table, &g_array_index(rows, LxRosterRow, i), to);
}
