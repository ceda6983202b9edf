/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/patient.h"

#include "unit.h"

#include <string.h>
#include <sys/stat.h>

START_TEST(files_are_looked_for_below_the_root)
{
	unit_autofolder root =
		unit_folder_new((const char *const[]){"etc/a-lxfs.conf", "one word\n", NULL});
	const LxPatient patient = {.root = root};
	g_autofree char *match = lx_patient_match(&patient, "/etc/*lxfs*.conf");
	g_autofree char *none = lx_patient_match(&patient, "/etc/*.toml");
	g_autofree char *text = lx_patient_text(&patient, "/etc/a-lxfs.conf");

	ck_assert(lx_patient_has(&patient, "/etc"));
	ck_assert(!lx_patient_has(&patient, "/etc/passwd"));
	ck_assert_str_eq(match, "/etc/a-lxfs.conf");
	ck_assert_ptr_null(none);
	ck_assert_str_eq(text, "one word\n");
	ck_assert(lx_patient_says(&patient, "/etc/a-lxfs.conf", "word"));
	ck_assert(!lx_patient_says(&patient, "/etc/a-lxfs.conf", "lxfs"));
}
END_TEST

/* Opening a FIFO would wait for a writer; reading a device has no end. */
START_TEST(only_files_are_read_and_only_so_much_of_them)
{
	g_autofree char *long_text = g_strnfill(3 << 20, 'x');
	unit_autofolder root =
		unit_folder_new((const char *const[]){"long", long_text, "folder/x", "", NULL});
	const LxPatient patient = {.root = root};
	g_autofree char *fifo = g_build_filename(root, "fifo", NULL);
	g_autofree char *text = lx_patient_text(&patient, "/long");

	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_ptr_null(lx_patient_text(&patient, "/fifo"));
	ck_assert_ptr_null(lx_patient_text(&patient, "/folder"));
	ck_assert_ptr_null(lx_patient_text(&patient, "/none"));
	ck_assert_uint_le(strlen(text), (1 << 20) + 4096);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		files_are_looked_for_below_the_root,
		only_files_are_read_and_only_so_much_of_them,
		NULL,
	};

	return unit_suite_new("doctor/patient", tests);
}
