/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpuinfos.h"
#include "reading.h"

#include <errno.h>

static const char *const host_files[] = {"proc/self/mounts", "none /cg cgroup2 rw 0 0\n",
	"proc/cpuinfo", X86("4", "2"), "sys/devices/system/cpu/online", "0-7\n", "cg/c/cpu.max",
	"150000 100000\n", "cg/c/cpuset.cpus.effective", "3-6\n", NULL};

START_TEST(cpuinfo_has_the_visible_cpus)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new("before ");
	UnitReading unit;

	unit_reading_init(&unit, host_files, "/c");
	unit_ok(lx_recipe_cpuinfo(&unit.reading, text, &error), error);
	ck_assert_str_eq(text->str,
		"before " X86_STANZA("3", "1", "1", "1", "1") X86_STANZA("4", "0", "0", "1", "1"));
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(a_cpuinfo_that_makes_no_sense_is_an_error)
{
	static const char *const files[] = {"proc/self/mounts", "none /cg cgroup2 rw 0 0\n",
		"proc/cpuinfo", "processor\t: none\n", "sys/devices/system/cpu/online", "0-7\n",
		"cg/c/cpu.max", "max 100000\n", NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	UnitReading unit;

	unit_reading_init(&unit, files, "/c");
	unit_fails(lx_recipe_cpuinfo(&unit.reading, text, &error), error, EINVAL,
		"proc/cpuinfo, line 1");
	ck_assert_str_eq(text->str, "");
	unit_reading_clear(&unit);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		cpuinfo_has_the_visible_cpus,
		a_cpuinfo_that_makes_no_sense_is_an_error,
		NULL,
	};

	return unit_suite_new("tree/recipes_cpu", tests);
}
