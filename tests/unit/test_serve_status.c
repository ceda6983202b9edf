/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/status.h"

#include "unit.h"

#include <errno.h>

START_TEST(what_was_written_is_read)
{
	unit_autofolder folder = unit_folder_new(NULL);
	LxEstateHeader header = {.generation = 7};
	g_auto(LxStatus) status = {0};
	g_autoptr(GError) error = NULL;

	lx_status_conclude_reload(&header, LX_RELOAD_REFUSED, "no\nsuch=program [lxfs]");
	lx_status_conclude_reload(&header, LX_RELOAD_ROLLED_BACK, "line one\nline two");
	lx_status_write(folder, &header);
	unit_ok(lx_status_read(folder, &status, &error), error);
	ck_assert_str_eq(status.version, LXFS_VERSION);
	ck_assert_uint_eq(status.generation, 7);
	ck_assert_uint_eq(status.reloads, 2);
	ck_assert_int_eq(status.outcome, LX_RELOAD_ROLLED_BACK);
	ck_assert_str_eq(status.message, "line one\nline two");
	ck_assert_uint_eq(header.reload.counts[LX_RELOAD_REFUSED], 1);
	ck_assert_uint_eq(header.reload.counts[LX_RELOAD_ROLLED_BACK], 1);
}
END_TEST

START_TEST(a_message_that_is_too_long_is_cut)
{
	LxEstateHeader header = {0};
	g_autofree char *message = g_strnfill(10000, 'x');

	lx_status_conclude_reload(&header, LX_RELOAD_DONE, message);
	ck_assert_uint_eq(strlen(header.reload.message), LX_RELOAD_MESSAGE_BYTES - 1);
}
END_TEST

START_TEST(what_is_missing_or_strange_is_nothing)
{
	static const char *const rows[] = {"[lxfs]\n", "[lxfs]\nlast-reload=perhaps\n",
		"[lxfs]\nreloads=many\ngeneration=-3\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unit_autofolder folder =
			unit_folder_new((const char *const[]){"status", rows[i], NULL});
		g_auto(LxStatus) status = {0};
		g_autoptr(GError) error = NULL;

		unit_ok(lx_status_read(folder, &status, &error), error);
		ck_assert_uint_eq(status.reloads, 0);
		ck_assert_int_eq(status.outcome, LX_RELOAD_NONE);
	}
}
END_TEST

START_TEST(no_file_and_no_key_file_are_told)
{
	unit_autofolder empty = unit_folder_new(NULL);
	unit_autofolder garbage =
		unit_folder_new((const char *const[]){"status", "no key file", NULL});
	g_auto(LxStatus) status = {0};
	g_autoptr(GError) error = NULL;

	unit_fails(lx_status_read(empty, &status, &error), error, ENOENT, "status");
	unit_fails(lx_status_read(garbage, &status, &error), error, ENOENT, "status");
}
END_TEST

START_TEST(removing_what_is_not_there_is_quiet)
{
	unit_autofolder folder = unit_folder_new(NULL);

	lx_status_remove(folder);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		what_was_written_is_read,
		a_message_that_is_too_long_is_cut,
		what_is_missing_or_strange_is_nothing,
		no_file_and_no_key_file_are_told,
		removing_what_is_not_there_is_quiet,
		NULL,
	};

	return unit_suite_new("serve/status", tests);
}
