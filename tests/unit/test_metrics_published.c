/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics/published.h"

#include "unit.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(what_was_written_is_read)
{
	unit_autofolder folder = unit_folder_new(NULL);
	LxService service = {.version = "1.2", .cgroup_layout = "v1"};
	LxPublished published = {.runtime_dir = folder};
	g_autoptr(GString) expected = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	lx_published_write(&published, &service);
	text = lx_published_read(folder, &error);
	ck_assert_msg(text != NULL, "%s", error ? error->message : "");
	lx_service_render(&service, expected);
	ck_assert_str_eq(text, expected->str);
	g_free(published.last);
}
END_TEST

START_TEST(the_file_is_left_alone_while_nothing_happens)
{
	unit_autofolder folder = unit_folder_new(NULL);
	LxService service = {.version = "1.2", .cgroup_layout = "v1"};
	LxPublished published = {.runtime_dir = folder};
	g_autofree char *path = g_build_filename(folder, LX_PUBLISHED_NAME, NULL);

	lx_published_write(&published, &service);
	ck_assert_int_eq(unlink(path), 0);
	lx_published_write(&published, &service);
	ck_assert_int_ne(access(path, F_OK), 0);
	service.workers++;
	lx_published_write(&published, &service);
	ck_assert_int_eq(access(path, F_OK), 0);
	g_free(published.last);
}
END_TEST

START_TEST(what_is_no_text_of_metrics_is_refused)
{
	g_autofree char *long_text = g_strnfill(2 << 20, '\n');
	const char *const rows[] = {"", "no end of line", "bytes \xff\n", long_text};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unit_autofolder folder =
			unit_folder_new((const char *const[]){LX_PUBLISHED_NAME, rows[i], NULL});
		g_autoptr(GError) error = NULL;

		unit_fails(lx_published_read(folder, &error) != NULL, error, EPROTO, "no text");
	}
}
END_TEST

/* Neither waits for a writer, nor is led elsewhere. */
START_TEST(only_a_file_is_read)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autofree char *path = g_build_filename(folder, LX_PUBLISHED_NAME, NULL);
	g_autoptr(GError) error = NULL;

	unit_fails(lx_published_read(folder, &error) != NULL, error, ENOENT, LX_PUBLISHED_NAME);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	unit_fails(lx_published_read(folder, &error) != NULL, error, EPROTO, LX_PUBLISHED_NAME);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	unit_fails(lx_published_read(folder, &error) != NULL, error, ELOOP, LX_PUBLISHED_NAME);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		what_was_written_is_read,
		the_file_is_left_alone_while_nothing_happens,
		what_is_no_text_of_metrics_is_refused,
		only_a_file_is_read,
		NULL,
	};

	return unit_suite_new("metrics/published", tests);
}
