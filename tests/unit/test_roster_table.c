/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rosters.h"

#include "roster/table.h"

static char *table_of(bool header, bool colour)
{
	roster_auto roster = roster_by_hand();
	const LxColumn *const columns[] = {lx_columns_find("id"), lx_columns_find("pid"),
		lx_columns_find("name"), lx_columns_find("memory"), lx_columns_find("health"),
		NULL};
	GString *text = g_string_new(NULL);

	lx_table_append(text, roster->rows, &(LxTableStyle){columns, header, colour});
	return g_string_free(text, FALSE);
}

START_TEST(numbers_stand_to_the_right_and_no_line_ends_in_blanks)
{
	g_autofree char *text = table_of(true, false);

	ck_assert_str_eq(text, "ID            INIT  NAME                MEMORY  HEALTH\n"
			       "0123456789ab  1234  web                   232M  dead\n"
			       "nginx           77  default/shop/nginx    500M  healthy\n"
			       "bare             -  -                        -  -\n");
}
END_TEST

START_TEST(without_a_header_columns_are_as_wide_as_their_cells)
{
	g_autofree char *text = table_of(false, false);

	ck_assert_str_eq(text, "0123456789ab  1234  web                 232M  dead\n"
			       "nginx           77  default/shop/nginx  500M  healthy\n"
			       "bare             -  -                      -  -\n");
}
END_TEST

START_TEST(colours_change_no_width)
{
	g_autofree char *text = table_of(false, true);

	ck_assert_str_eq(text,
		"0123456789ab  1234  web                 \033[1;31m232M\033[m  "
		"\033[1;31mdead\033[m\n"
		"nginx           77  default/shop/nginx  500M  \033[32mhealthy\033[m\n"
		"bare             -  -                      -  -\n");
}
END_TEST

START_TEST(an_empty_table_is_its_header)
{
	g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(LxRosterRow));
	const LxColumn *const columns[] = {lx_columns_find("id"), lx_columns_find("load"), NULL};
	g_autoptr(GString) text = g_string_new(NULL);

	lx_table_append(text, rows, &(LxTableStyle){columns, true, false});
	ck_assert_str_eq(text->str, "ID  LOAD\n");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		numbers_stand_to_the_right_and_no_line_ends_in_blanks,
		without_a_header_columns_are_as_wide_as_their_cells,
		colours_change_no_width,
		an_empty_table_is_its_header,
		NULL,
	};

	return unit_suite_new("roster/table", tests);
}
