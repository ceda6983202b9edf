/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics/exposition.h"

#include "unit.h"

START_TEST(a_metric_begins_with_its_help_and_type)
{
	static const LxMetric metric = {
		"lxfs_x_total", LX_METRIC_COUNTER, "Back\\slash\nand \"x\"."};
	g_autoptr(GString) text = g_string_new("before\n");

	lx_exposition_begin(text, &metric);
	ck_assert_str_eq(text->str, "before\n"
				    "# HELP lxfs_x_total Back\\\\slash\\nand \"x\".\n"
				    "# TYPE lxfs_x_total counter\n");
}
END_TEST

START_TEST(labels_are_escaped)
{
	static const struct {
		const char *value;
		const char *line;
	} rows[] = {
		{"plain", "x{a=\"plain\"} 7\n"},
		{"", "x{a=\"\"} 7\n"},
		{"say \"hi\"", "x{a=\"say \\\"hi\\\"\"} 7\n"},
		{"C:\\dir", "x{a=\"C:\\\\dir\"} 7\n"},
		{"a\nb} 1\ny", "x{a=\"a\\nb} 1\\ny\"} 7\n"},
		{"caf\xc3\xa9", "x{a=\"caf\xc3\xa9\"} 7\n"},
		{"\xff\xfe", "x{a=\"\xef\xbf\xbd\xef\xbf\xbd\"} 7\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const LxLabel labels[] = {{"a", rows[i].value}, {NULL}};
		g_autoptr(GString) text = g_string_new(NULL);

		lx_exposition_count(text, "x", labels, 7);
		ck_assert_str_eq(text->str, rows[i].line);
	}
}
END_TEST

START_TEST(samples_have_any_number_of_labels)
{
	const LxLabel none[] = {{NULL}};
	const LxLabel two[] = {{"a", "1"}, {"b", "2"}, {NULL}};
	g_autoptr(GString) text = g_string_new(NULL);

	lx_exposition_count(text, "x", NULL, 0);
	lx_exposition_count(text, "x", none, UINT64_MAX);
	lx_exposition_count(text, "x", two, 1);
	ck_assert_str_eq(text->str, "x 0\nx 18446744073709551615\nx{a=\"1\",b=\"2\"} 1\n");
}
END_TEST

START_TEST(seconds_are_exact_and_short)
{
	static const struct {
		uint64_t nsec;
		const char *seconds;
	} rows[] = {
		{0, "0"},
		{1, "0.000000001"},
		{8192, "0.000008192"},
		{500000000, "0.5"},
		{UINT64_C(1000000000), "1"},
		{UINT64_C(10000000000), "10"},
		{UINT64_C(4294967296), "4.294967296"},
		{UINT64_MAX, "18446744073.709551615"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *seconds = lx_exposition_seconds(rows[i].nsec);
		g_autofree char *line = g_strdup_printf("x %s\n", rows[i].seconds);
		g_autoptr(GString) text = g_string_new(NULL);

		ck_assert_str_eq(seconds, rows[i].seconds);
		lx_exposition_nsec(text, "x", NULL, rows[i].nsec);
		ck_assert_str_eq(text->str, line);
	}
}
END_TEST

START_TEST(hundredths_have_two_digits)
{
	g_autoptr(GString) text = g_string_new(NULL);

	lx_exposition_hundredths(text, "x", NULL, 5);
	lx_exposition_hundredths(text, "x", NULL, 1234);
	ck_assert_str_eq(text->str, "x 0.05\nx 12.34\n");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_metric_begins_with_its_help_and_type,
		labels_are_escaped,
		samples_have_any_number_of_labels,
		seconds_are_exact_and_short,
		hundredths_have_two_digits,
		NULL,
	};

	return unit_suite_new("metrics/exposition", tests);
}
