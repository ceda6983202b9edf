/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every unit test starts with: main, TAP, and folders of files. */
#include "unit.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

Suite *unit_suite_new(const char *module, const TTest *const *tests)
{
	Suite *suite = suite_create(module);
	TCase *all = tcase_create("all");

	for (; *tests; tests++)
		tcase_add_test(all, *tests);
	tcase_set_timeout(all, 60);
	suite_add_tcase(suite, all);
	return suite;
}

char *unit_folder_new(const char *const *files)
{
	g_autoptr(GError) error = NULL;
	char *folder = g_dir_make_tmp("lxfs-unit-XXXXXX", &error);

	ck_assert_msg(folder != NULL, "%s", error ? error->message : "");
	for (; files && *files; files += 2) {
		g_autofree char *path = g_build_filename(folder, files[0], NULL);
		g_autofree char *parent = g_path_get_dirname(path);

		ck_assert_int_eq(g_mkdir_with_parents(parent, 0755), 0);
		ck_assert(g_file_set_contents(path, files[1], -1, NULL));
	}
	return folder;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return remove(path);
}

void unit_folder_free(char *folder)
{
	if (!folder)
		return;
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	g_free(folder);
}

int main(void)
{
	SRunner *runner = srunner_create(unit_suite());
	int failed;

	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
