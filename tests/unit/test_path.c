/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "path.h"
#include "unit.h"

START_TEST(what_follows_a_folder_is_told_or_it_is_not_within)
{
	static const struct {
		const char *path, *folder, *rest; /* NULL: not within */
	} rows[] = {
		{"/a/b", "/a", "/b"},
		{"/a", "/a", ""},
		{"/ab", "/a", NULL},
		{"/a", "/a/b", NULL},
		{"/b/a", "/a", NULL},
		{"/a/b", "/", "/a/b"},
		{"/", "/", "/"},
		{"proc/stat", "proc", "/stat"},
		{"proc/stat", "/", NULL},
		{"proc/stat", "", NULL},
		{"", "/a", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		ck_assert_pstr_eq(lx_path_rest(rows[i].path, rows[i].folder), rows[i].rest);
		ck_assert(
			lx_path_is_within(rows[i].path, rows[i].folder) == (rows[i].rest != NULL));
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {what_follows_a_folder_is_told_or_it_is_not_within, NULL};

	return unit_suite_new("path", tests);
}
