/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oci/splice.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static const char *const names[] = {"hooks", "create", NULL};

START_TEST(an_element_is_put_last_and_what_is_missing_is_made)
{
	static const struct {
		const char *before;
		const char *after;
	} rows[] = {
		{"{}", "{\"hooks\":{\"create\":[7]}}"},
		{" { } \n", " { \"hooks\":{\"create\":[7]}} \n"},
		{"{\"a\": 1}", "{\"a\": 1,\"hooks\":{\"create\":[7]}}"},
		{"{\"a\": 1\n}\n", "{\"a\": 1\n,\"hooks\":{\"create\":[7]}}\n"},
		{"{\"hooks\": {}, \"b\": 2}", "{\"hooks\": {\"create\":[7]}, \"b\": 2}"},
		{"{\"hooks\": null, \"b\": 2}", "{\"hooks\": {\"create\":[7]}, \"b\": 2}"},
		{"{\"hooks\":{\"stop\":[1]}}", "{\"hooks\":{\"stop\":[1],\"create\":[7]}}"},
		{"{\"hooks\":{\"create\":[]}}", "{\"hooks\":{\"create\":[7]}}"},
		{"{\"hooks\":{\"create\":[ ]}}", "{\"hooks\":{\"create\":[ 7]}}"},
		{"{\"hooks\":{\"create\":null}}", "{\"hooks\":{\"create\":[7]}}"},
		{"{\"hooks\":{\"create\":[1, {\"x\": [2]}]}}",
			"{\"hooks\":{\"create\":[1, {\"x\": [2]},7]}}"},
		/* Not where it only looks like it. */
		{"{\"a\": \"hooks\", \"b\": {\"hooks\": {}}}",
			"{\"a\": \"hooks\", \"b\": {\"hooks\": {}},\"hooks\":{\"create\":[7]}}"},
		{"{\"a\": \"\\\"hooks\\\": {\"}",
			"{\"a\": \"\\\"hooks\\\": {\",\"hooks\":{\"create\":[7]}}"},
		/* The last one is the one that parsers keep. */
		{"{\"hooks\": {}, \"hooks\": {}}", "{\"hooks\": {}, \"hooks\": {\"create\":[7]}}"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) text = g_string_new(rows[i].before);
		g_autoptr(GError) error = NULL;

		unit_ok(lx_splice_append(text, names, "7", &error), error);
		ck_assert_str_eq(text->str, rows[i].after);
	}
}
END_TEST

START_TEST(everything_else_stays_byte_for_byte)
{
	static const char before[] =
		"{\n\t\"hard\": 18446744073709551615,\t\"x\": 1.50e+2, \"\\u00e9\\/\": "
		"\"\xc3\xa9\\u0000\"";
	static const char *const path[] = {"b", NULL};
	g_autofree char *whole = g_strdup_printf("{\"a\": %s}, \"b\": [1,  2 ] }", before);
	g_autofree char *wanted = g_strdup_printf("{\"a\": %s}, \"b\": [1,  2 ,\"new\"] }", before);
	g_autoptr(GString) text = g_string_new(whole);
	g_autoptr(GError) error = NULL;

	unit_ok(lx_splice_append(text, path, "\"new\"", &error), error);
	ck_assert_str_eq(text->str, wanted);
}
END_TEST

START_TEST(what_is_no_object_or_array_is_left_alone)
{
	static const struct {
		const char *text;
		const char *word;
	} rows[] = {
		{"[]", "no object"},
		{"{\"hooks\": []}", "no object"},
		{"{\"hooks\": \"null\"}", "no object"},
		{"{\"hooks\": {\"create\": {}}}", "no array"},
		{"{\"hooks\": {\"create\": 1}}", "no array"},
		{"{\"h\\u006foks\": {}}", "escapes"},
		{"{\"hooks\": {\"cr\\u0065ate\": []}}", "escapes"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) text = g_string_new(rows[i].text);
		g_autoptr(GError) error = NULL;

		unit_fails(lx_splice_append(text, names, "7", &error), error, EINVAL, rows[i].word);
		ck_assert_str_eq(text->str, rows[i].text);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {an_element_is_put_last_and_what_is_missing_is_made,
		everything_else_stays_byte_for_byte, what_is_no_object_or_array_is_left_alone,
		NULL};

	return unit_suite_new("oci/splice", tests);
}
