/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/service.h"

#include "doctoring.h"

#include <string.h>

#define FILE_NAME "etc/lxfs/lxfs.conf"

START_TEST(a_settings_file_is_in_order_or_absent)
{
	doctoring_finds(lx_service_check_settings, "ok no settings file: all defaults\n");
	doctoring_finds(lx_service_check_settings, "ok /etc/lxfs/lxfs.conf is in order\n",
		FILE_NAME, "[lxfs]\ncpu-view=cpuset\n");
}
END_TEST

START_TEST(a_settings_file_that_cannot_be_understood_is_broken)
{
	static const char *const rows[] = {
		"[lxfs]\ncpu-view=magic\n", "[lxfs]\nno-such-key=1\n", "garbage\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *files[] = {FILE_NAME, rows[i], NULL};
		g_autofree char *found = doctoring_find(lx_service_check_settings, files);

		ck_assert_msg(g_str_has_prefix(found, "broken /etc/lxfs/lxfs.conf: "), "%s", found);
		ck_assert_ptr_eq(strchr(found, '\n') + 1, found + strlen(found));
	}
}
END_TEST

START_TEST(a_settings_file_that_is_none_is_broken)
{
	doctoring_finds(lx_service_check_settings, "broken /etc/lxfs/lxfs.conf cannot be read\n",
		FILE_NAME "/folder", "");
}
END_TEST

START_TEST(a_captured_host_has_no_processes)
{
	doctoring_finds(lx_service_check_supervisor, "");
	doctoring_finds(lx_service_check_worker, "");
	doctoring_finds(lx_service_check_answer, "");
	doctoring_finds(lx_service_check_status, "");
	doctoring_finds(lx_service_check_store, "");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_settings_file_is_in_order_or_absent,
		a_settings_file_that_cannot_be_understood_is_broken,
		a_settings_file_that_is_none_is_broken,
		a_captured_host_has_no_processes,
		NULL,
	};

	return unit_suite_new("doctor/service", tests);
}
