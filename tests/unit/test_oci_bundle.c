/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oci/bundle.h"
#include "unit.h"

#include "oci/config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALL "{\"root\":{\"path\":\"rootfs\"}}"

static char *config_path(const char *folder)
{
	return g_build_filename(folder, "config.json", NULL);
}

static unsigned n_entries(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	unsigned n = 0;

	while (g_dir_read_name(dir))
		n++;
	return n;
}

static void open_well(const char *folder, LxBundle *out)
{
	g_autoptr(GError) error = NULL;

	unit_ok(lx_bundle_open(folder, out, &error), error);
}

START_TEST(a_replaced_text_keeps_its_mode_and_leaves_nothing_beside_it)
{
	unit_autofolder folder = unit_folder_new(
		(const char *const[]){"config.json", SMALL, ".config.json.lxfs", "old", NULL});
	g_autofree char *path = config_path(folder);
	g_auto(LxBundle) bundle = LX_BUNDLE_NONE;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	struct stat status;

	ck_assert_int_eq(chmod(path, 0640), 0);
	open_well(folder, &bundle);
	unit_ok(lx_bundle_replace(&bundle, "another", &error), error);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0640);
	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	ck_assert_str_eq(text, "another");
	ck_assert_uint_eq(n_entries(folder), 1);
}
END_TEST

START_TEST(a_text_is_read_whole)
{
	unit_autofolder folder = unit_folder_new((const char *const[]){"config.json", SMALL, NULL});
	g_auto(LxBundle) bundle = LX_BUNDLE_NONE;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	size_t length = 0;

	open_well(folder, &bundle);
	text = lx_bundle_read(&bundle, &length, &error);
	unit_ok(text != NULL, error);
	ck_assert_str_eq(text, SMALL);
	ck_assert_uint_eq(length, strlen(SMALL));
}
END_TEST

START_TEST(a_text_larger_than_any_is_refused)
{
	unit_autofolder folder = unit_folder_new((const char *const[]){"config.json", SMALL, NULL});
	g_autofree char *path = config_path(folder);
	g_auto(LxBundle) bundle = LX_BUNDLE_NONE;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	size_t length = 0;

	ck_assert_int_eq(truncate(path, LX_CONFIG_MAX_BYTES + 1), 0);
	open_well(folder, &bundle);
	text = lx_bundle_read(&bundle, &length, &error);
	unit_fails(text != NULL, error, EFBIG, "larger than");
}
END_TEST

START_TEST(what_is_no_bundle_is_refused)
{
	unit_autofolder folder = unit_folder_new((const char *const[]){"file", "", "empty/file", "",
		"linked/file", "", "good/config.json", SMALL, "pipe/file", "",
		"folder/config.json/file", "", NULL});
	static const struct {
		const char *name;
		const char *word;
	} rows[] = {{"missing", "No such file"}, {"file", "Not a directory"},
		{"empty", "config.json"}, {"link", "opening the bundle"}, {"linked", "config.json"},
		{"pipe", "no regular file"}, {"folder", "no regular file"}};
	g_autofree char *link = g_build_filename(folder, "link", NULL);
	g_autofree char *inner = g_build_filename(folder, "linked/config.json", NULL);
	g_autofree char *pipe = g_build_filename(folder, "pipe/config.json", NULL);

	ck_assert_int_eq(symlink("good", link), 0);
	ck_assert_int_eq(symlink("../good/config.json", inner), 0);
	ck_assert_int_eq(mkfifo(pipe, 0600), 0);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_build_filename(folder, rows[i].name, NULL);
		g_auto(LxBundle) bundle = LX_BUNDLE_NONE;
		g_autoptr(GError) error = NULL;
		bool opened = lx_bundle_open(path, &bundle, &error);

		ck_assert_msg(!opened, "%s", rows[i].name);
		ck_assert_msg(strstr(error->message, rows[i].word), "%s: %s", rows[i].name,
			error->message);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {a_replaced_text_keeps_its_mode_and_leaves_nothing_beside_it,
		a_text_is_read_whole, a_text_larger_than_any_is_refused,
		what_is_no_bundle_is_refused, NULL};

	return unit_suite_new("oci/bundle", tests);
}
