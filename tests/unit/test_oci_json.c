/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oci/json.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static JsonObject *parse(const char *text, GError **error)
{
	return lx_json_parse(text, strlen(text), error);
}

START_TEST(members_are_found_by_name_and_kind)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonObject) object = parse("{\"s\": \"x\", \"n\": 7, \"o\": {\"in\": \"y\"}, "
					     "\"a\": [\"z\", {}, 1], \"null\": null}",
		&error);

	unit_ok(object != NULL, error);
	ck_assert_str_eq(lx_json_string(object, "s"), "x");
	ck_assert_int_eq(lx_json_integer(object, "n"), 7);
	ck_assert_str_eq(lx_json_string(lx_json_object(object, "o"), "in"), "y");
	ck_assert_str_eq(lx_json_string_at(lx_json_array(object, "a"), 0), "z");
	ck_assert_ptr_nonnull(lx_json_object_at(lx_json_array(object, "a"), 1));
	ck_assert_ptr_null(lx_json_string_at(lx_json_array(object, "a"), 2));
	ck_assert_ptr_null(lx_json_string(object, "n"));
	ck_assert_ptr_null(lx_json_string(object, "null"));
	ck_assert_ptr_null(lx_json_object(object, "a"));
	ck_assert_ptr_null(lx_json_array(object, "missing"));
	ck_assert_int_eq(lx_json_integer(object, "s"), 0);
}
END_TEST

START_TEST(what_is_no_json_object_is_refused)
{
	static const char *const texts[] = {"", " ", "[]", "7", "\"{}\"", "null", "{", "{\"a\":}",
		"{]", "{\"a\": \"b}", "{\"a\" \"b\"}", "{} {}}", "{'a': 1}", "{/* a */}",
		"{\"a\": \xff}", "{\"a\\", "{\"a\": \"\xff\"}", "{#\n}"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(JsonObject) object = parse(texts[i], &error);

		ck_assert_msg(!object, "taken: %s", texts[i]);
		unit_fails(object != NULL, error, EINVAL, "it is");
	}
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonObject) object = lx_json_parse("{\"a\": 1\0}", 9, &error);

	unit_fails(object != NULL, error, EINVAL, "at byte 7");
}
END_TEST

/* A parser that recurses would run out of stack. */
START_TEST(deep_nesting_is_refused_before_it_is_parsed)
{
	g_autofree char *text = g_strnfill(1000000, '[');
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonObject) object = parse(text, &error);

	unit_fails(object != NULL, error, EINVAL, "deeper than 64");
}
END_TEST

START_TEST(brackets_in_strings_do_not_nest)
{
	g_autofree char *brackets = g_strnfill(1000, '[');
	g_autofree char *text = g_strdup_printf("{\"a\": \"\\\"%s\"}", brackets);
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonObject) object = parse(text, &error);

	unit_ok(object != NULL, error);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {members_are_found_by_name_and_kind,
		what_is_no_json_object_is_refused, a_nul_byte_is_refused,
		deep_nesting_is_refused_before_it_is_parsed, brackets_in_strings_do_not_nest, NULL};

	return unit_suite_new("oci/json", tests);
}
