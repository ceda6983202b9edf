/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "viewing.h"

#include <fcntl.h>

#include "view/number.h"
#include "view/roots.h"

START_TEST(a_number_says_what_it_names)
{
	static const LxViewNumber rows[] = {
		{0, 0, 0}, {0, 0, 1}, {31, 255, (UINT64_C(1) << 48) - 1}, {3, 2, 77}};
	LxViewNumber number;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		ck_assert(lx_view_number_decode(lx_view_number_encode(&rows[i]), &number));
		ck_assert_uint_eq(number.hierarchy, rows[i].hierarchy);
		ck_assert_uint_eq(number.depth, rows[i].depth);
		ck_assert_uint_eq(number.id, rows[i].id);
	}
	ck_assert(!lx_view_number_decode(LX_VIEW_ROOT, &number));
}
END_TEST

static const char *const paths[] = {"", "/box", "/box/in", "/box/in/memory.max"};

START_TEST(what_has_a_number_is_found_by_it)
{
	viewing_auto viewing;
	const LxRoot *root;

	viewing_init(&viewing);
	root = &viewing.view->roots.roots[0];
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autofree char *full = g_strconcat(root->path, paths[i], NULL);
		g_auto(LxFd) fd = open(full, O_PATH | O_CLOEXEC), again = -1;
		g_autofree char *path = NULL;
		struct stat status;
		uint64_t number;

		ck_assert_int_eq(fstat(fd, &status), 0);
		ck_assert(lx_root_number(root, fd, &status, &number, NULL));
		again = lx_root_open(root, number, NULL);
		ck_assert_int_ge(again, 0);
		path = lx_root_path(root, again, NULL);
		ck_assert_pstr_eq(path, paths[i]);
	}
}
END_TEST

static uint64_t number_of(const LxRoot *root, const char *path)
{
	g_autofree char *full = g_strconcat(root->path, path, NULL);
	struct stat status;
	uint64_t number;
	g_auto(LxFd) fd = open(full, O_PATH | O_CLOEXEC);

	ck_assert_int_eq(fstat(fd, &status), 0);
	ck_assert(lx_root_number(root, fd, &status, &number, NULL));
	return number;
}

START_TEST(what_has_lost_its_name_is_looked_for_within_a_folder)
{
	static const struct {
		const char *top;
		const char *path;
		bool found;
	} rows[] = {
		{"", "/box/in/memory.max", true},
		{"", "/other/cgroup.procs", true},
		{"/box", "/box/memory.max", true},
		{"/box", "/box/in", true},
		{"/box/in", "/box/in/memory.max", true},
		{"/box/in", "/box/memory.max", false},
		{"/box", "/other/cgroup.procs", false},
		{"/nowhere", "/box/in", false},
	};
	viewing_auto viewing;
	const LxRoot *root;

	viewing_init(&viewing);
	root = &viewing.view->roots.roots[0];
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		uint64_t number = number_of(root, rows[i].path);
		g_autofree char *path = NULL;
		g_autoptr(GError) error = NULL;
		g_auto(LxFd) fd = lx_root_search(root, rows[i].top, number, &path, &error);

		ck_assert_pstr_eq(path, rows[i].found ? rows[i].path : NULL);
		if (!rows[i].found)
			unit_fails(fd >= 0, error, ENOENT, rows[i].top);
	}
}
END_TEST

START_TEST(what_lies_elsewhere_has_no_path_and_what_is_gone_no_number)
{
	viewing_auto viewing;
	g_autoptr(GError) error = NULL;
	g_auto(LxFd) elsewhere = open("/", O_PATH | O_CLOEXEC);

	viewing_init(&viewing);
	unit_fails(lx_root_path(&viewing.view->roots.roots[0], elsewhere, &error) != NULL, error,
		ENOENT, "not below");
	unit_fails(lx_root_open(&viewing.view->roots.roots[0], 7, &error) >= 0, error, ENOENT,
		"number 7");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {a_number_says_what_it_names, what_has_a_number_is_found_by_it,
		what_has_lost_its_name_is_looked_for_within_a_folder,
		what_lies_elsewhere_has_no_path_and_what_is_gone_no_number, NULL};

	return unit_suite_new("view/roots", tests);
}
