/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "roster/shelf.h"

#define STORAGE "var/lib/containers/storage/"

START_TEST(each_container_has_the_first_of_its_names)
{
	static const struct {
		const char *text, *one, *two;
		bool sound;
	} rows[] = {
		{"[{\"id\":\"1\",\"names\":[\"web\",\"w\"]},{\"id\":\"2\",\"names\":[\"db\"]}]",
			"web", "db", true},
		{"[{\"id\":\"1\",\"names\":[]},{\"id\":\"2\"}]", NULL, NULL, true},
		{"[7,\"x\",{\"names\":[\"db\"]},{\"id\":[],\"names\":[\"a\"]}]", NULL, NULL, true},
		{"[{\"id\":\"1\",\"names\":[7]},{\"id\":\"2\",\"names\":\"db\"}]", NULL, NULL,
			true},
		{"[]", NULL, NULL, true},
		{"{}", NULL, NULL, false},
		{"1}", NULL, NULL, false},
		{"", NULL, NULL, false},
		{"[{\"id\":\"1\",\"names\":[\"web\"]}", NULL, NULL, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(LxShelf) shelf = lx_shelf_new("/nonexistent");

		ck_assert_msg(
			lx_shelf_parse(shelf, rows[i].text, strlen(rows[i].text)) == rows[i].sound,
			"row %zu", i);
		ck_assert_pstr_eq(lx_shelf_name(shelf, "1"), rows[i].one);
		ck_assert_pstr_eq(lx_shelf_name(shelf, "2"), rows[i].two);
	}
}
END_TEST

START_TEST(every_storage_is_read)
{
	static const char *const files[] = {STORAGE "overlay-containers/containers.json",
		"[{\"id\":\"1\",\"names\":[\"web\"]}]",
		STORAGE "overlay-containers/volatile-containers.json",
		"[{\"id\":\"2\",\"names\":[\"passing\"]}]",
		STORAGE "vfs-containers/containers.json", "nonsense", NULL};
	unit_autofolder root = unit_folder_new(files);
	g_autoptr(LxShelf) shelf = lx_shelf_new(root);

	ck_assert_pstr_eq(lx_shelf_name(shelf, "1"), "web");
	ck_assert_pstr_eq(lx_shelf_name(shelf, "2"), "passing");
	ck_assert_ptr_null(lx_shelf_name(shelf, "3"));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		each_container_has_the_first_of_its_names,
		every_storage_is_read,
		NULL,
	};

	return unit_suite_new("roster/shelf", tests);
}
