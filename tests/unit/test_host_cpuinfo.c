/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpuinfos.h"
#include "unit.h"

#include "host/cpuinfo.h"

#include <errno.h>
#include <unistd.h>

/* What every part is: "cpu" and its number, or "machine"; and all parts together are the text. */
static char *parts_of(const char *text)
{
	g_autoptr(GError) error = NULL;
	g_auto(LxCpuinfo) cpuinfo = {0};
	g_autoptr(GString) names = g_string_new(NULL), joined = g_string_new(NULL);

	unit_ok(lx_cpuinfo_parse(lx_slice(text), "proc/cpuinfo", &cpuinfo, &error), error);
	for (unsigned i = 0; i < cpuinfo.parts->len; i++) {
		const LxCpuinfoPart *part = lx_cpuinfo_part(&cpuinfo, i);

		if (part->have_cpu)
			g_string_append_printf(
				names, "cpu%u ", (unsigned)part->numbers[LX_CPUINFO_CPU]);
		else
			g_string_append(names, "machine ");
		g_string_append_len(joined, part->text.at, (gssize)part->text.length);
	}
	ck_assert_str_eq(joined->str, text);
	return g_string_free(g_steal_pointer(&names), FALSE);
}

START_TEST(every_architecture_falls_into_cpus_and_the_machine)
{
	static const struct {
		const char *text, *parts;
	} rows[] = {
		{X86("4", "2"), "cpu0 cpu1 cpu2 cpu3 cpu4 cpu5 cpu6 cpu7 "},
		{ARM64, "cpu0 cpu1 cpu2 "},
		{ARM, "cpu0 cpu1 cpu2 machine "},
		{MIPS, "machine cpu0 cpu1 cpu2 "},
		{PPC64, "cpu0 cpu1 cpu2 machine "},
		{S390, "machine cpu0 cpu1 cpu2 cpu0 cpu1 cpu2 "},
		{S390_HEAD("1") S390_LINE("4"), "machine cpu4 "},
		{"", ""},
		{"\n\n", "machine "},
		{"no colon\n", "machine "},
		{"processor\t: 3", "cpu3 "},
		{"processor : 3\nprocessor : 4\n", "cpu3 cpu4 "},
		{"processor\n", "machine "},
		{"Processor\t: ARMv7 rev 4\nprocessor\t: 0\n\n", "machine cpu0 "},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *parts = parts_of(rows[i].text);

		ck_assert_str_eq(parts, rows[i].parts);
	}
}
END_TEST

START_TEST(package_core_and_counts_are_found_with_their_places)
{
	static const char text[] = X86_STANZA("12", "3", "7", "4", "2");
	g_autoptr(GError) error = NULL;
	g_auto(LxCpuinfo) cpuinfo = {0};
	const LxCpuinfoPart *part;

	unit_ok(lx_cpuinfo_parse(lx_slice(text), "proc/cpuinfo", &cpuinfo, &error), error);
	part = lx_cpuinfo_part(&cpuinfo, 0);
	ck_assert_int_eq(part->package, 3);
	ck_assert_int_eq(part->core, 7);
	ck_assert(part->have_core);
	ck_assert(lx_slice_equal(part->digits[LX_CPUINFO_CPU], "12"));
	ck_assert_ptr_eq(part->digits[LX_CPUINFO_CPU].at, strstr(text, "12"));
	ck_assert(lx_slice_equal(part->digits[LX_CPUINFO_SIBLINGS], "4"));
	ck_assert(lx_slice_equal(part->digits[LX_CPUINFO_CORES], "2"));
	ck_assert_ptr_null(part->digits[LX_CPUINFO_COUNT].at);
}
END_TEST

START_TEST(numbers_saturate)
{
	g_autoptr(GError) error = NULL;
	g_auto(LxCpuinfo) cpuinfo = {0};

	unit_ok(lx_cpuinfo_parse(lx_slice("processor: 99999999999999999999\nphysical id: -1\n"),
			"proc/cpuinfo", &cpuinfo, &error),
		error);
	ck_assert_uint_eq(lx_cpuinfo_part(&cpuinfo, 0)->numbers[LX_CPUINFO_CPU], INT64_MAX);
	ck_assert_int_eq(lx_cpuinfo_part(&cpuinfo, 0)->package, -1);
}
END_TEST

START_TEST(a_key_without_its_number_names_the_line)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{"processor\t: x\n", "line 1"},
		{"processor\t:\n", "line 1"},
		{"processor\t: 0\n\nprocessor\t: 0x1\n", "line 3"},
		{"processor\t: 0\nsiblings\t: many\n", "line 2"},
		{"# processors    : all\n", "line 1"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(LxCpuinfo) cpuinfo = {0};

		unit_fails(
			lx_cpuinfo_parse(lx_slice(rows[i].text), "proc/cpuinfo", &cpuinfo, &error),
			error, EINVAL, rows[i].line);
		ck_assert_ptr_null(cpuinfo.parts);
	}
}
END_TEST

static void check_text(LxHost *host, pid_t tid, uint64_t now_nsec, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxHostCpuinfo) cpuinfo = lx_cpuinfo_read(host, tid, now_nsec, 100, &error);

	unit_ok(cpuinfo != NULL, error);
	ck_assert_str_eq(cpuinfo->text.bytes, expected);
}

START_TEST(the_text_is_read_for_a_task_or_for_nobody_and_again_when_it_is_old)
{
	static const char *const files[] = {"proc/cpuinfo", ARM64, NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);
	g_autofree char *path = g_build_filename(folder, "proc/cpuinfo", NULL);

	check_text(host, 0, 1000, ARM64);
	ck_assert_int_eq(truncate(path, 0), 0);
	check_text(host, 7, 1099, ARM64);
	check_text(host, 0, 1100, "");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		every_architecture_falls_into_cpus_and_the_machine,
		package_core_and_counts_are_found_with_their_places,
		numbers_saturate,
		a_key_without_its_number_names_the_line,
		the_text_is_read_for_a_task_or_for_nobody_and_again_when_it_is_old,
		NULL,
	};

	return unit_suite_new("host/cpuinfo", tests);
}
