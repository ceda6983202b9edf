/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpuinfos.h"
#include "unit.h"

#include "host/cpuinfo.h"
#include "model/cpuinfo.h"
#include "render/cpuinfo.h"

static char *shown(const char *text, const char *visible, bool renumber)
{
	g_auto(LxCpuinfo) cpuinfo = {0};
	g_auto(LxCpuinfoChoice) choice = {0};
	g_autoptr(GString) out = g_string_new(NULL);
	LxCpuset set;

	ck_assert(lx_cpuset_parse(lx_slice(visible), "test", &set, NULL));
	ck_assert(lx_cpuinfo_parse(lx_slice(text), "test", &cpuinfo, NULL));
	lx_cpuinfo_choose(&cpuinfo, &set, renumber, &choice);
	lx_cpuinfo_append(&cpuinfo, &choice, out);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

START_TEST(with_every_cpu_visible_the_text_is_the_hosts)
{
	static const char *const rows[] = {
		X86("4", "2"), X86("7", "3"), ARM64, ARM, MIPS, PPC64, S390, "", "odd\n\n\ntext"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = shown(rows[i], "0-7", false);

		ck_assert_str_eq(text, rows[i]);
	}
}
END_TEST

START_TEST(what_is_hidden_goes_and_every_other_byte_stays)
{
	static const struct {
		const char *host, *visible, *text;
	} rows[] = {
		{X86("4", "2"), "0,4",
			X86_STANZA("0", "0", "0", "2", "1") X86_STANZA("4", "0", "0", "2", "1")},
		{X86("4", "2"), "2,5",
			X86_STANZA("2", "1", "0", "1", "1") X86_STANZA("5", "0", "1", "1", "1")},
		{ARM64, "2", ARM64_STANZA("2")},
		{ARM, "0-1", ARM_STANZA("0") ARM_STANZA("1") ARM_TAIL},
		{MIPS, "1-2", MIPS_HEAD MIPS_STANZA("1") MIPS_STANZA("2")},
		{PPC64, "0", PPC64_STANZA("0") PPC64_TAIL},
		{S390, "0-1",
			S390_HEAD("2") S390_LINE("0") S390_LINE("1") S390_STANZA("0", "2", "2")
				S390_STANZA("1", "2", "2")},
		{S390, "1", S390_HEAD("1") S390_LINE("1") S390_STANZA("1", "1", "1")},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = shown(rows[i].host, rows[i].visible, false);

		ck_assert_str_eq(text, rows[i].text);
	}
}
END_TEST

START_TEST(renumbering_changes_the_number_alone)
{
	static const char host[] = X86_STANZA("98", "0", "0", "4", "2")
		X86_STANZA("99", "0", "1", "4", "2") X86_STANZA("100", "0", "1", "4", "2");
	g_autofree char *text = shown(host, "98,100", true);

	ck_assert(g_str_has_prefix(text, "processor\t: 0\nvendor_id\t: GenuineIntel\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n\nprocessor\t: 1\nvendor_id"));
	ck_assert_ptr_nonnull(strstr(text, "apicid\t\t: 1100\n"));
}
END_TEST

START_TEST(a_machine_of_256_cpus_is_cut_to_two)
{
	g_autoptr(GString) host = g_string_new(NULL);
	g_autofree char *text = NULL;

	for (unsigned cpu = 0; cpu < 256; cpu++)
		g_string_append_printf(host,
			"processor\t: %u\nphysical id\t: %u\nsiblings\t: 128\ncore id\t\t: %u\n"
			"cpu cores\t: 64\n\n",
			cpu, cpu / 128, cpu % 64);
	text = shown(host->str, "130,194", false);
	ck_assert_str_eq(text, "processor\t: 130\nphysical id\t: 1\nsiblings\t: 2\ncore id\t\t: 2\n"
			       "cpu cores\t: 1\n\n"
			       "processor\t: 194\nphysical id\t: 1\nsiblings\t: 2\ncore id\t\t: 2\n"
			       "cpu cores\t: 1\n\n");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		with_every_cpu_visible_the_text_is_the_hosts,
		what_is_hidden_goes_and_every_other_byte_stays,
		renumbering_changes_the_number_alone,
		a_machine_of_256_cpus_is_cut_to_two,
		NULL,
	};

	return unit_suite_new("render/cpuinfo", tests);
}
