/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/number.h"

#include <errno.h>

static bool read_ratio(const char *content, uint64_t *out, bool *present, GError **error)
{
	const char *const files[] = {"proc/sys/vm/overcommit_ratio", content, NULL};
	unit_autofolder folder = unit_folder_new(content ? files : NULL);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);

	return lx_host_number(host, LX_HOST_OVERCOMMIT_RATIO, out, present, error);
}

START_TEST(a_number_is_read_and_saturates)
{
	static const struct {
		const char *text;
		uint64_t number;
	} rows[] = {{"50\n", 50}, {"50", 50}, {"99999999999999999999999\n", UINT64_MAX}};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		uint64_t number = 7;
		bool present;

		unit_ok(read_ratio(rows[i].text, &number, &present, &error), error);
		ck_assert(present && number == rows[i].number);
	}
}
END_TEST

START_TEST(a_missing_file_is_absent_and_the_number_untouched)
{
	g_autoptr(GError) error = NULL;
	uint64_t number = 7;
	bool present = true;

	unit_ok(read_ratio(NULL, &number, &present, &error), error);
	ck_assert(!present && number == 7);
}
END_TEST

START_TEST(garbage_names_the_file)
{
	static const char *const rows[] = {"", "x\n", "-1\n", "1 2\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		uint64_t number;
		bool present;

		unit_fails(read_ratio(rows[i], &number, &present, &error), error, EINVAL,
			"proc/sys/vm/overcommit_ratio");
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_number_is_read_and_saturates,
		a_missing_file_is_absent_and_the_number_untouched,
		garbage_names_the_file,
		NULL,
	};

	return unit_suite_new("host/number", tests);
}
