/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpuinfos.h"
#include "unit.h"

#include "host/cpuinfo.h"
#include "model/cpuinfo.h"

/* One word for each part that is shown: cpu/siblings/cores, or the count of the machine. */
static char *choice_of(const char *text, const char *visible, bool renumber)
{
	g_auto(LxCpuinfo) cpuinfo = {0};
	g_auto(LxCpuinfoChoice) choice = {0};
	g_autoptr(GString) words = g_string_new(NULL);
	LxCpuset set;

	ck_assert(lx_cpuset_parse(lx_slice(visible), "test", &set, NULL));
	ck_assert(lx_cpuinfo_parse(lx_slice(text), "test", &cpuinfo, NULL));
	lx_cpuinfo_choose(&cpuinfo, &set, renumber, &choice);
	ck_assert_uint_eq(choice.rows->len, cpuinfo.parts->len);
	for (unsigned i = 0; i < choice.rows->len; i++) {
		const LxCpuinfoShown *row = &g_array_index(choice.rows, LxCpuinfoShown, i);

		if (row->shown && lx_cpuinfo_part(&cpuinfo, i)->have_cpu)
			g_string_append_printf(words, "%u/%u/%u ",
				(unsigned)row->numbers[LX_CPUINFO_CPU],
				(unsigned)row->numbers[LX_CPUINFO_SIBLINGS],
				(unsigned)row->numbers[LX_CPUINFO_CORES]);
		else if (row->shown)
			g_string_append_printf(
				words, "of %u ", (unsigned)row->numbers[LX_CPUINFO_COUNT]);
	}
	return g_string_free(g_steal_pointer(&words), FALSE);
}

START_TEST(siblings_and_cores_are_counted_among_the_visible_of_a_package)
{
	static const struct {
		const char *visible, *choice;
	} rows[] = {
		{"0-7", "0/4/2 1/4/2 2/4/2 3/4/2 4/4/2 5/4/2 6/4/2 7/4/2 "},
		{"0", "0/1/1 "},
		{"0,4", "0/2/1 4/2/1 "},
		{"0-1", "0/2/2 1/2/2 "},
		{"0-3", "0/2/2 1/2/2 2/2/2 3/2/2 "},
		{"0,2-3,6-7", "0/1/1 2/4/2 3/4/2 6/4/2 7/4/2 "},
		{"2,5,9", "2/1/1 5/1/1 "},
		{"", ""},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *choice = choice_of(X86("4", "2"), rows[i].visible, false);

		ck_assert_str_eq(choice, rows[i].choice);
	}
}
END_TEST

START_TEST(a_package_seen_whole_keeps_what_the_kernel_counted)
{
	g_autofree char *whole = choice_of(X86("9", "5"), "0-1,4-6", false);

	ck_assert_str_eq(whole, "0/9/5 1/9/5 4/9/5 5/9/5 6/1/1 ");
}
END_TEST

START_TEST(renumbered_cpus_count_from_0)
{
	g_autofree char *choice = choice_of(ARM64, "1-2", true);

	ck_assert_str_eq(choice, "0/0/0 1/0/0 ");
}
END_TEST

START_TEST(the_machine_is_always_shown_and_counts_the_cpus_that_are)
{
	g_autofree char *s390 = choice_of(S390, "1-2", false);
	g_autofree char *gone = choice_of(S390, "2,9", false);
	g_autofree char *ppc = choice_of(PPC64, "1", false);

	ck_assert_str_eq(s390, "of 2 1/0/0 2/0/0 1/2/2 2/2/2 ");
	ck_assert_str_eq(gone, "of 1 2/0/0 2/1/1 ");
	ck_assert_str_eq(ppc, "1/0/0 of 1 ");
}
END_TEST

START_TEST(a_number_beyond_all_cpus_is_never_visible)
{
	g_autofree char *choice =
		choice_of("processor: 99999999999999999999\n\nprocessor: 8192\n\nprocessor: -1\n",
			"0-8191", false);

	ck_assert_str_eq(choice, "");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		siblings_and_cores_are_counted_among_the_visible_of_a_package,
		a_package_seen_whole_keeps_what_the_kernel_counted,
		renumbered_cpus_count_from_0,
		the_machine_is_always_shown_and_counts_the_cpus_that_are,
		a_number_beyond_all_cpus_is_never_visible,
		NULL,
	};

	return unit_suite_new("model/cpuinfo", tests);
}
