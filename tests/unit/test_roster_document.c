/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rosters.h"

#include "roster/document.h"

/* Blanks and line breaks are json-c's affair. */
static char *without_blanks(const char *text)
{
	GString *dense = g_string_new(NULL);

	for (; *text; text++)
		if (!g_ascii_isspace(*text))
			g_string_append_c(dense, *text);
	return g_string_free(dense, FALSE);
}

START_TEST(every_member_is_there_and_null_where_nothing_is_known)
{
	roster_auto roster = roster_by_hand();
	LxRosterRow *web = &g_array_index(roster->rows, LxRosterRow, 0);
	static char failure[] = "gone";
	g_autofree char *text = NULL, *dense = NULL;

	roster->served = true;
	web->figures.load_hundredths[1] = 25;
	web->figures.load_hundredths[2] = 50;
	web->figures.io_pressure.some = 9975;
	g_array_index(roster->rows, LxRosterRow, 2).failure = failure;
	text = lx_document_new(roster);
	dense = without_blanks(text);
	ck_assert(g_str_has_suffix(text, "}\n"));
	ck_assert_str_eq(dense,
		"{\"served\":true,\"containers\":[{\"id\":\"" ROSTER_HASH "\",\"name\":\"web\","
		"\"runtime\":\"docker\",\"cgroup\":\"/docker/" ROSTER_HASH "\",\"init_pid\":1234,"
		"\"pod\":null,\"cpus\":2,\"cpu_nanoseconds\":7000000000,\"memory\":{"
		"\"total\":268435456,\"limited\":true,\"used\":243269632,\"free\":16777216,"
		"\"available\":25165824},\"swap\":{\"total\":8192,\"free\":4096},"
		"\"load\":[2.5,0.25,0.5],\"tasks\":12,\"pressure\":{"
		"\"cpu\":{\"some\":1.5,\"full\":0.25},\"memory\":{\"some\":0.0,\"full\":0.0},"
		"\"io\":{\"some\":99.75,\"full\":100.0}},"
		"\"io\":{\"read\":4096,\"written\":8192},"
		"\"views\":{\"proc/cpuinfo\":\"healthy\",\"proc/meminfo\":\"dead\"},"
		"\"health\":\"dead\",\"error\":null},"
		"{\"id\":\"nginx\",\"name\":null,\"runtime\":\"containerd\","
		"\"cgroup\":\"/kubepods/x\",\"init_pid\":77,"
		"\"pod\":{\"uid\":\"11111111-2222-3333-4444-555555555555\","
		"\"namespace\":\"default\",\"name\":\"shop\",\"container\":\"nginx\","
		"\"sandbox\":false},\"cpus\":16,\"cpu_nanoseconds\":null,\"memory\":{"
		"\"total\":25275924480,\"limited\":false,\"used\":524288000,\"free\":0,"
		"\"available\":24751636480},\"swap\":{\"total\":0,\"free\":0},"
		"\"load\":[0.0,0.0,0.0],\"tasks\":null,\"pressure\":null,\"io\":null,"
		"\"views\":{},\"health\":\"healthy\",\"error\":null},"
		"{\"id\":\"bare\",\"name\":null,\"runtime\":\"plain\",\"cgroup\":\"/bare\","
		"\"init_pid\":0,\"pod\":null,\"cpus\":null,\"cpu_nanoseconds\":null,"
		"\"memory\":null,\"swap\":null,\"load\":null,\"tasks\":null,\"pressure\":null,"
		"\"io\":null,\"views\":{},\"health\":\"none\",\"error\":\"gone\"}]}");
}
END_TEST

START_TEST(a_hundredth_that_is_none_in_binary_is_printed_as_it_is)
{
	roster_auto roster = roster_by_hand();
	LxRosterRow *web = &g_array_index(roster->rows, LxRosterRow, 0);
	g_autofree char *text = NULL, *dense = NULL;

	web->figures.load_hundredths[0] = 29;
	web->figures.load_hundredths[1] = 100001;
	web->figures.load_hundredths[2] = 4294967295;
	text = lx_document_new(roster);
	dense = without_blanks(text);
	ck_assert_ptr_nonnull(strstr(dense, "\"load\":[0.29,1000.01,42949672.95]"));
}
END_TEST

START_TEST(a_number_beyond_63_bits_is_the_largest)
{
	roster_auto roster = roster_by_hand();
	LxRosterRow *web = &g_array_index(roster->rows, LxRosterRow, 0);
	g_autofree char *text = NULL;

	web->figures.cpu_nsec = UINT64_MAX;
	text = lx_document_new(roster);
	ck_assert_ptr_nonnull(strstr(text, "\"cpu_nanoseconds\": 9223372036854775807,"));
}
END_TEST

START_TEST(an_id_that_is_no_utf_8_is_made_so)
{
	static const LxContainerInfo info = {.id = "a\xff", .runtime = "lxc", .cgroup = "/"};
	roster_auto roster = roster_by_hand();
	g_autofree char *text = NULL;

	g_array_index(roster->rows, LxRosterRow, 2).info = &info;
	text = lx_document_new(roster);
	ck_assert(g_utf8_validate(text, -1, NULL));
	ck_assert_ptr_nonnull(strstr(text, "\"a\xef\xbf\xbd\""));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		every_member_is_there_and_null_where_nothing_is_known,
		a_hundredth_that_is_none_in_binary_is_printed_as_it_is,
		a_number_beyond_63_bits_is_the_largest,
		an_id_that_is_no_utf_8_is_made_so,
		NULL,
	};

	return unit_suite_new("roster/document", tests);
}
