/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rosters.h"

#include "top/page.h"

#define WIDE 140

/* What a screen shows after the pieces are drawn; lines without the blanks at their ends. */
static char *screen_of(const GArray *rows, const LxPageView *view)
{
	g_autoptr(GPtrArray) page = lx_page_new(rows, "heading", view);
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned y = 0; y < view->height; y++) {
		g_autofree char *line = g_strnfill(view->width, ' ');

		for (guint i = 0; i < page->len; i++) {
			const LxPiece *piece = page->pdata[i];

			ck_assert_uint_lt(piece->y, view->height);
			ck_assert_uint_le(piece->x + lx_columns_width(piece->text), view->width);
			if (piece->y == y)
				memcpy(line + piece->x, piece->text, strlen(piece->text));
		}
		g_string_append_printf(text, "%s\n", g_strchomp(line));
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

START_TEST(a_wide_page_has_every_column)
{
	roster_auto roster = roster_by_hand();
	g_autofree char *screen =
		screen_of(roster->rows, &(LxPageView){.width = WIDE, .height = 7});

	ck_assert_str_eq(screen,
		"heading\n"
		"q quit  < > column  c m l p i n sort  r reverse  up down PgUp PgDn scroll\n"
		"ID            NAME                %CPU  MEMORY  LIMIT  LOAD  TASKS  PCPU  PMEM  "
		"  PIO  READ/S  WRITE/S  HEALTH\n"
		"0123456789ab  web                    -    232M   256M  2.50     12   1.5   0.0  "
		"100.0       -        -  dead\n"
		"nginx         default/shop/nginx     -    500M   none  0.00      -     -     -  "
		"    -       -        -  healthy\n"
		"bare          -                      -       -      -     -      -     -     -  "
		"    -       -        -  -\n"
		"\n");
}
END_TEST

START_TEST(a_narrow_page_leaves_out_what_has_no_room)
{
	roster_auto roster = roster_by_hand();
	g_autofree char *screen = screen_of(roster->rows, &(LxPageView){.width = 50, .height = 5});

	ck_assert_str_eq(screen, "heading\n"
				 "q quit  < > column  c m l p i n sort  r reverse  +\n"
				 "ID            NAME                %CPU  MEMORY\n"
				 "0123456789ab  web                    -    232M\n"
				 "nginx         default/shop/nginx     -    500M\n");
}
END_TEST

START_TEST(no_size_is_too_small)
{
	roster_auto roster = roster_by_hand();

	for (unsigned width = 0; width < 20; width++)
		for (unsigned height = 0; height < 6; height++) {
			const LxPageView view = {.width = width, .height = height};
			g_autofree char *screen = screen_of(roster->rows, &view);

			ck_assert_ptr_nonnull(screen);
		}
}
END_TEST

START_TEST(a_page_begins_with_the_row_that_is_wished_for)
{
	roster_auto roster = roster_by_hand();
	g_autofree char *screen =
		screen_of(roster->rows, &(LxPageView){.width = 14, .height = 5, .first = 1});

	ck_assert_str_eq(screen, "heading\nq quit  < > c+\nID\nnginx\nbare\n");
}
END_TEST

START_TEST(the_last_page_is_full)
{
	ck_assert_uint_eq(lx_page_clamp(0, 3, 24), 0);
	ck_assert_uint_eq(lx_page_clamp(7, 3, 24), 0);
	ck_assert_uint_eq(lx_page_clamp(-1, 100, 24), 0);
	ck_assert_uint_eq(lx_page_clamp(50, 100, 24), 50);
	ck_assert_uint_eq(lx_page_clamp(90, 100, 24), 79);
	ck_assert_uint_eq(lx_page_clamp(G_MAXINT, 100, 2), 100);
}
END_TEST

START_TEST(long_names_are_cut)
{
	static const LxContainerInfo info = {
		.id = "a-name-of-more-than-twenty-four", .runtime = "lxc", .cgroup = "/"};
	roster_auto roster = roster_by_hand();
	g_autofree char *screen = NULL;

	g_array_index(roster->rows, LxRosterRow, 0).info = &info;
	screen = screen_of(roster->rows, &(LxPageView){.width = 24, .height = 4});
	ck_assert_str_eq(
		screen, "heading\nq quit  < > column  c m+\nID\na-name-of-more-than-twe+\n");
}
END_TEST

START_TEST(columns_are_stepped_through_around_the_ends)
{
	const LxColumn *first = lx_columns_find("id"), *last = lx_columns_find("health");

	ck_assert_ptr_eq(lx_page_step(first, -1), last);
	ck_assert_ptr_eq(lx_page_step(last, 1), first);
	ck_assert_ptr_eq(lx_page_step(first, 1), lx_columns_find("name"));
	ck_assert_ptr_eq(lx_page_step(NULL, 1), first);
}
END_TEST

START_TEST(keys_sort_by_columns)
{
	ck_assert_ptr_eq(lx_page_column_of_key('c'), lx_columns_find("cpu"));
	ck_assert_ptr_eq(lx_page_column_of_key('i'), lx_columns_find("read"));
	ck_assert_ptr_null(lx_page_column_of_key('q'));
	ck_assert_ptr_null(lx_page_column_of_key(0));
	ck_assert_ptr_null(lx_page_column_of_key(-1));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_wide_page_has_every_column,
		a_narrow_page_leaves_out_what_has_no_room,
		no_size_is_too_small,
		a_page_begins_with_the_row_that_is_wished_for,
		the_last_page_is_full,
		long_names_are_cut,
		columns_are_stepped_through_around_the_ends,
		keys_sort_by_columns,
		NULL,
	};

	return unit_suite_new("top/page", tests);
}
