/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "json.h"

#include "unit.h"

#include <errno.h>
#include <string.h>

static JsonNode *parse(const char *text, GError **error)
{
	return lx_inject_json_parse(text, strlen(text), error);
}

START_TEST(what_json_allows_is_taken)
{
	static const char *const rows[] = {"{}", "[]", " [1,-2.5e+3,true,false,null] \n",
		"{\"a\":\"\\u00fc \\\" \\\\\"}", "{\"[[[\":\"{{{ // /* \"}",
		"\"\\ud83d\\ude80 \\u0000 \\/\\b\\f\\n\\r\\t\""};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(JsonNode) node = parse(rows[i], &error);

		unit_ok(node != NULL, error);
	}
}
END_TEST

START_TEST(what_it_does_not_allow_is_refused)
{
	static const char *const rows[] = {"", " ", "{", "[1", "\"", "{\"a\":}", "// x\n{}",
		"/* [ */ {}", "var x = {}", "{\"a\":1;}", "\xff", "{\"\xc3\x28\":1}", "'a'",
		"#\n[]", "\"\\ud8!0\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
		"\"\\u12\"", "\"\\x\"", "\"\\", "\"\\u", "\"\\ud83d\\"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		unit_fails(parse(rows[i], &error) != NULL, error, EINVAL, "JSON");
	}
}
END_TEST

START_TEST(a_null_byte_is_not_the_end)
{
	g_autoptr(GError) error = NULL;

	unit_fails(lx_inject_json_parse("{}\0{}", 5, &error) != NULL, error, EINVAL, "UTF-8");
}
END_TEST

START_TEST(nesting_ends_before_the_stack_does)
{
	g_autofree char *deep = g_strnfill(3 << 20, '[');
	g_autofree char *just = g_strnfill(2 * LX_INJECT_JSON_DEPTH_MAX, ']');
	g_autoptr(JsonNode) node = NULL;
	g_autoptr(GError) error = NULL;

	unit_fails(parse(deep, &error) != NULL, error, EINVAL, "nested");
	memset(just, '[', LX_INJECT_JSON_DEPTH_MAX);
	node = parse(just, &error);
	unit_ok(node != NULL, error);
}
END_TEST

START_TEST(members_of_another_type_are_not_there)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonNode) node =
		parse("{\"s\":\"x\",\"n\":3,\"b\":true,\"o\":{},\"a\":[1,{}],\"z\":null}", &error);
	JsonObject *object;

	unit_ok(node != NULL, error);
	object = json_node_get_object(node);
	ck_assert_pstr_eq(lx_inject_json_string(object, "s"), "x");
	ck_assert_ptr_null(lx_inject_json_string(object, "n"));
	ck_assert_ptr_null(lx_inject_json_object(object, "a"));
	ck_assert_ptr_null(lx_inject_json_array(object, "o"));
	ck_assert_ptr_null(lx_inject_json_node(object, "z"));
	ck_assert(lx_inject_json_bool(object, "b"));
	ck_assert(!lx_inject_json_bool(object, "s"));
	ck_assert_int_eq(lx_inject_json_int(object, "n", 7), 3);
	ck_assert_int_eq(lx_inject_json_int(object, "s", 7), 7);
	ck_assert_uint_eq(lx_inject_json_length(lx_inject_json_array(object, "a")), 2);
	ck_assert_ptr_null(lx_inject_json_object_at(lx_inject_json_array(object, "a"), 0));
	ck_assert_ptr_nonnull(lx_inject_json_object_at(lx_inject_json_array(object, "a"), 1));
	ck_assert_ptr_null(lx_inject_json_object_at(NULL, 0));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {what_json_allows_is_taken, what_it_does_not_allow_is_refused,
		a_null_byte_is_not_the_end, nesting_ends_before_the_stack_does,
		members_of_another_type_are_not_there, NULL};

	return unit_suite_new("injector/json", tests);
}
