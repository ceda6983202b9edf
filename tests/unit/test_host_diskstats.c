/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/diskstats.h"

#include <errno.h>

#define NAME_63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

static char *describe(const LxDisks *disks)
{
	GString *text = g_string_new("");

	for (unsigned i = 0; i < disks->n_disks; i++)
		g_string_append_printf(text, "%u:%u %s\n", disks->disks[i].major,
			disks->disks[i].minor, disks->disks[i].name);
	return g_string_free(text, FALSE);
}

START_TEST(every_line_is_a_device_in_the_hosts_order)
{
	static const struct {
		const char *text;
		const char *disks;
	} rows[] = {
		{" 254       0 vda 98377 30984 4329402 24964 19645 16702 2225952 6948 0 17360 "
		 "32396 5508 "
		 "66 505016 397 2036 85\n"
		 "   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
		 " 259  1048575 nvme10n1p2 1 2 3\n",
			"254:0 vda\n7:0 loop0\n259:1048575 nvme10n1p2\n"},
		{"", ""},
		/* no newline, no columns */
		{"8 0 sda", "8:0 sda\n"},
		/* said twice: as the kernel said it */
		{"8 0 sda\n8 0 sda\n", "8:0 sda\n8:0 sda\n"},
		/* columns of kernels to come */
		{"8 0 sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 x\n", "8:0 sda\n"},
		{"4294967295 4294967295 " NAME_63 " 1\n", "4294967295:4294967295 " NAME_63 "\n"},
		{"104 0 cciss/c0d0 1\n", "104:0 cciss/c0d0\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(LxDisks) disks = {0};
		g_autofree char *described = NULL;

		unit_ok(lx_diskstats_parse(
				lx_slice(rows[i].text), "proc/diskstats", &disks, &error),
			error);
		described = describe(&disks);
		ck_assert_str_eq(described, rows[i].disks);
	}
}
END_TEST

START_TEST(a_line_that_names_no_device_is_refused_with_its_number)
{
	static const char *const rows[] = {
		"",
		"garbage",
		"8",
		"8 0",
		"8 0 ",
		"x 0 sda 1",
		"8 x sda 1",
		"-8 0 sda 1",
		"4294967296 0 sda",
		"8 99999999999999999999 sda",
		"8 0 " NAME_63 "l 1",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strdup_printf("8 0 sda 1\n%s\n8 1 sda1", rows[i]);
		g_autoptr(GError) error = NULL;
		LxDisks disks = {.n_disks = 7};

		unit_fails(lx_diskstats_parse(lx_slice(text), "proc/diskstats", &disks, &error),
			error, EINVAL, "parsing proc/diskstats, line 2: ");
		ck_assert_uint_eq(disks.n_disks, 7);
	}
}
END_TEST

START_TEST(a_kernel_without_the_file_has_no_devices)
{
	static const char *const files[] = {"proc/stat", "", NULL};
	char *folder = unit_folder_new(files);
	g_autoptr(GError) error = NULL;
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);
	g_auto(LxDisks) disks = {0};

	unit_ok(lx_diskstats_read(host, &disks, &error), error);
	ck_assert_uint_eq(disks.n_disks, 0);
	unit_folder_free(folder);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		every_line_is_a_device_in_the_hosts_order,
		a_line_that_names_no_device_is_refused_with_its_number,
		a_kernel_without_the_file_has_no_devices,
		NULL,
	};

	return unit_suite_new("host/diskstats", tests);
}
