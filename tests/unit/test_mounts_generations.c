/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts/generations.h"
#include "unit.h"

#include <string.h>
#include <sys/sysmacros.h>

static void note(const char *folder, unsigned views, unsigned pressure)
{
	const LxServed served = {
		.devices = {makedev(0, views), makedev(0, pressure)},
		.n_devices = 2,
	};

	lx_generations_note(folder, &served);
}

static char *remembered(const char *folder)
{
	g_autoptr(GArray) devices = lx_generations_read(folder);
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < devices->len; i++)
		g_string_append_printf(text, "%u ", minor(g_array_index(devices, uint64_t, i)));
	return g_string_free(text, FALSE);
}

START_TEST(nothing_is_remembered_at_first)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autofree char *seen = remembered(folder);

	ck_assert_str_eq(seen, "");
}
END_TEST

START_TEST(every_generation_is_remembered_once_the_newest_first)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autofree char *seen = NULL;
	g_autoptr(GArray) devices = NULL;

	note(folder, 50, 51);
	note(folder, 60, 61);
	note(folder, 60, 61);
	note(folder, 50, 70);
	seen = remembered(folder);
	ck_assert_str_eq(seen, "50 70 60 61 51 ");
	devices = lx_generations_read(folder);
	ck_assert(lx_generations_contain(devices, makedev(0, 51)));
	ck_assert(!lx_generations_contain(devices, makedev(1, 51)));
}
END_TEST

START_TEST(the_oldest_are_forgotten_when_there_are_many)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autoptr(GArray) devices = NULL;

	for (unsigned i = 0; i < 400; i++)
		note(folder, 1000 + i, 2000 + i);
	devices = lx_generations_read(folder);
	ck_assert_uint_eq(devices->len, 512);
	ck_assert(lx_generations_contain(devices, makedev(0, 1399)));
	ck_assert(!lx_generations_contain(devices, makedev(0, 1000)));
}
END_TEST

START_TEST(lines_that_are_no_device_are_passed_over)
{
	unit_autofolder folder = unit_folder_new(
		(const char *const[]){"devices", "0:7\n\ngarbage\n8\n0:x\n0:9 \n-1:2\n0:8", NULL});
	g_autofree char *seen = remembered(folder);

	ck_assert_str_eq(seen, "7 8 ");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {nothing_is_remembered_at_first,
		every_generation_is_remembered_once_the_newest_first,
		the_oldest_are_forgotten_when_there_are_many,
		lines_that_are_no_device_are_passed_over, NULL};

	return unit_suite_new("mounts/generations", tests);
}
