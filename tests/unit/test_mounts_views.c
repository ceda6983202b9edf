/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts/views.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static char *chosen(const char *list)
{
	GString *names = g_string_new(NULL);
	LxViewSet set = 0;

	ck_assert(lx_views_parse(list, &set, NULL));
	for (unsigned i = 0; i < LX_VIEWS_N; i++)
		if (set & UINT32_C(1) << i)
			g_string_append_printf(
				names, "%s%s", names->len ? " " : "", lx_views_at(i)->name);
	return g_string_free(names, FALSE);
}

static void check(const char *list, const char *expected)
{
	g_autofree char *names = chosen(list);

	ck_assert_str_eq(names, expected);
}

static void refuse(const char *list, const char *word)
{
	GError *error = NULL;
	LxViewSet set = 42;

	unit_fails(lx_views_parse(list, &set, &error), error, EINVAL, word);
	ck_assert_uint_eq(set, 42);
}

START_TEST(files_are_named_with_or_without_their_folder)
{
	check("meminfo", "proc/meminfo");
	check("proc/meminfo, proc/stat", "proc/meminfo proc/stat");
	check("pressure/cpu", "proc/pressure/cpu");
	check("cpu,node", "sys/devices/system/cpu sys/devices/system/node");
}
END_TEST

START_TEST(a_folder_means_all_that_is_in_it)
{
	check("pressure", "proc/pressure/cpu proc/pressure/io proc/pressure/irq "
			  "proc/pressure/memory");
	check("sys", "sys/devices/system/cpu sys/devices/system/node");
}
END_TEST

START_TEST(what_is_no_view_is_refused)
{
	refuse("meminfo,kcore", "\"kcore\"");
	refuse("", "\"\"");
	refuse("meminfo,", "\"\"");
	refuse("mem", "\"mem\"");
	refuse("proc/", "\"proc/\"");
	refuse("/etc/passwd", "passwd");
}
END_TEST

START_TEST(every_view_has_a_bit)
{
	LxViewSet set = 0;

	ck_assert(lx_views_parse("proc,sys", &set, NULL));
	ck_assert_uint_eq(set, LX_VIEWS_ALL);
	ck_assert_ptr_null(lx_views_at(LX_VIEWS_N));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {files_are_named_with_or_without_their_folder,
		a_folder_means_all_that_is_in_it, what_is_no_view_is_refused, every_view_has_a_bit,
		NULL};

	return unit_suite_new("mounts/views", tests);
}
