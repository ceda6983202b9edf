/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oci/json.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static json_object *parse(const char *text, GError **error)
{
	return lx_json_parse(text, strlen(text), error);
}

START_TEST(members_are_found_by_name_and_kind)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_object) object = parse("{\"s\": \"x\", \"n\": 7, \"o\": {\"in\": \"y\"}, "
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
		"{\"a\": \xff}", "{\"a\\", "{\"a\": \"\xff\"}", "{#\n}", "{} x", "{}{}",
		"{\"a\": 1,}", "{\"a\": [1,]}", "{\"a\": NaN}", "{\"a\": -Infinity}", "{\"a\": 01}",
		"{\"a\": 0x1}", "{\"a\": 1e}", "{\"a\": True}", "{\"a\": \"\n\"}",
		"{\"a\": \"\x01\"}", "{\"a\": \"\\x\"}", "{a: 1}", "{\v}", "\xef\xbb\xbf{}",
		"{\"a\": \"\xc0\x80\"}", "{\"a\": \"\xed\xa0\x80\"}"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_object) object = parse(texts[i], &error);

		ck_assert_msg(!object, "taken: %s", texts[i]);
		unit_fails(object != NULL, error, EINVAL, "it is");
	}
}
END_TEST

START_TEST(a_nul_byte_is_refused)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_object) object = lx_json_parse("{\"a\": 1\0}", 9, &error);

	unit_fails(object != NULL, error, EINVAL, "at byte 7");
}
END_TEST

/* What recursed into it would run out of stack. */
START_TEST(deep_nesting_is_refused)
{
	g_autofree char *brackets = g_strnfill(1000000, '[');
	g_autofree char *text = g_strconcat("{\"a\":", brackets, NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(json_object) object = parse(text, &error);

	unit_fails(object != NULL, error, EINVAL, "deeper than 64");
}
END_TEST

/* The root is one of them. */
static json_object *parse_nested(int depth, GError **error)
{
	g_autofree char *opening = g_strnfill((gsize)depth - 1, '[');
	g_autofree char *closing = g_strnfill((gsize)depth - 1, ']');
	g_autofree char *text = g_strdup_printf("{\"a\":%s1%s}", opening, closing);

	return parse(text, error);
}

START_TEST(sixty_four_levels_are_taken_and_no_more)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_object) taken = parse_nested(64, &error);
	g_autoptr(json_object) refused = NULL;

	unit_ok(taken != NULL, error);
	refused = parse_nested(65, &error);
	unit_fails(refused != NULL, error, EINVAL, "deeper than 64");
}
END_TEST

START_TEST(where_it_breaks_is_said)
{
	static const struct {
		const char *text;
		const char *said;
	} rows[] = {
		{"{\"a\": 1 2}", "it is not JSON at byte 8: "},
		{"{\"a\": 1", "it is not JSON at byte 7: it ends there"},
		{"{\"a\": 'b'}", "it is not JSON at byte 6"},
		{"{\"a\": \"b}", "it is not JSON at byte 6"},
		{"{\"a\": \"\xff\"}", "it is not JSON at byte 7"},
		{"[1]", "it is no JSON object"},
		{"  ", "it is no JSON object"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_object) object = parse(rows[i].text, &error);

		unit_fails(object != NULL, error, EINVAL, rows[i].said);
	}
}
END_TEST

/* Which is seen by its length alone: there is no such text. */
START_TEST(a_text_beyond_all_bounds_is_refused_unread)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_object) object = lx_json_parse("{}", (size_t)1 << 31, &error);

	unit_fails(object != NULL, error, EINVAL, "longer than");
}
END_TEST

START_TEST(blanks_around_it_are_taken)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_object) object = parse(" \t\r\n{\n}\n\t ", &error);

	unit_ok(object != NULL, error);
}
END_TEST

START_TEST(of_members_with_one_name_the_last_counts)
{
	g_autoptr(json_object) object = parse("{\"a\": 1, \"b\": 2, \"a\": \"x\"}", NULL);

	ck_assert_str_eq(lx_json_string(object, "a"), "x");
	ck_assert_int_eq(lx_json_integer(object, "a"), 0);
	ck_assert_int_eq(lx_json_integer(object, "b"), 2);
}
END_TEST

/* Another's name would begin like it. */
START_TEST(a_name_with_a_nul_is_refused)
{
	static const char *const texts[] = {"{\"id\": \"a\", \"id\\u0000\": \"b\"}",
		"{\"a\": {\"\\u0000\"\n:1}}", "{\"a\": [{\"x\\u0000y\":1}]}"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_object) object = parse(texts[i], &error);

		unit_fails(object != NULL, error, EINVAL, "it is not JSON at byte");
	}
}
END_TEST

/* What a container has said is in some of these files, and must not hide the rest of them. */
START_TEST(a_string_with_a_nul_is_none_and_leaves_the_others)
{
	g_autoptr(json_object) object = parse(
		"{\"a\": \"x\\u0000y\", \"b\": [\"\\u0000\", \"z\"], \"c\": \"\\\\u0000\"}", NULL);
	json_object *array = lx_json_array(object, "b");

	ck_assert_ptr_null(lx_json_string(object, "a"));
	ck_assert_ptr_null(lx_json_string_at(array, 0));
	ck_assert_str_eq(lx_json_string_at(array, 1), "z");
	ck_assert_str_eq(lx_json_string(object, "c"), "\\u0000");
}
END_TEST

START_TEST(escapes_are_what_they_stand_for)
{
	g_autoptr(json_object) object = parse(
		"{\"a\": \"\\/\\\"\\u00e4\\ud83d\\ude00\", \"b\": \"\\ud800\", \"\\u0063\": 1}",
		NULL);

	ck_assert_str_eq(lx_json_string(object, "a"), "/\"\xc3\xa4\xf0\x9f\x98\x80");
	ck_assert(g_utf8_validate(lx_json_string(object, "b"), -1, NULL));
	ck_assert_int_eq(lx_json_integer(object, "c"), 1);
}
END_TEST

START_TEST(a_number_of_64_bits_never_wraps)
{
	static const struct {
		const char *text;
		int64_t is;
	} rows[] = {
		{"{\"n\": -1}", -1},
		{"{\"n\": 9223372036854775807}", INT64_MAX},
		{"{\"n\": 9223372036854775808}", INT64_MAX},
		{"{\"n\": 18446744073709551615}", INT64_MAX},
		{"{\"n\": -9223372036854775808}", INT64_MIN},
		{"{\"n\": 2.5}", 0},
		{"{\"n\": 1e3}", 0},
		{"{\"n\": true}", 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(json_object) object = parse(rows[i].text, &error);

		unit_ok(object != NULL, error);
		ck_assert_int_eq(lx_json_integer(object, "n"), rows[i].is);
	}
}
END_TEST

/* Clamped, or refused: as json-c's version has it. */
START_TEST(a_number_beyond_64_bits_never_wraps)
{
	g_autoptr(json_object) more = parse("{\"n\": 18446744073709551617}", NULL);
	g_autoptr(json_object) less = parse("{\"n\": -9223372036854775809}", NULL);

	ck_assert(!more || lx_json_integer(more, "n") == INT64_MAX);
	ck_assert(!less || lx_json_integer(less, "n") == INT64_MIN);
}
END_TEST

START_TEST(nothing_has_no_elements)
{
	g_autoptr(json_object) object = parse("{\"a\": [], \"b\": [1, 2]}", NULL);

	ck_assert_uint_eq(lx_json_length(lx_json_array(object, "none")), 0);
	ck_assert_uint_eq(lx_json_length(lx_json_array(object, "a")), 0);
	ck_assert_uint_eq(lx_json_length(lx_json_array(object, "b")), 2);
	ck_assert_ptr_null(lx_json_string_at(lx_json_array(object, "a"), 0));
	ck_assert_ptr_null(lx_json_object_at(lx_json_array(object, "b"), 2));
}
END_TEST

START_TEST(a_text_is_printed_valid_and_its_slashes_stay)
{
	g_autoptr(json_object) text = lx_json_new_text("/a\xff\"\n\x01");
	g_autofree char *line = lx_json_line(text);
	g_autofree char *nothing = lx_json_line(lx_json_new_text(NULL));

	ck_assert_str_eq(line, "\"/a\xef\xbf\xbd\\\"\\n\\u0001\"");
	ck_assert_str_eq(nothing, "null");
}
END_TEST

START_TEST(a_page_has_a_member_to_a_line)
{
	g_autoptr(json_object) object = parse("{\"a\":{\"b\":[1,\"/\"]},\"c\":null}", NULL);
	g_autofree char *page = lx_json_page(object);
	g_autofree char *line = lx_json_line(object);

	ck_assert_str_eq(page, "{\n  \"a\": {\n    \"b\": [\n      1,\n      \"/\"\n    ]\n  },\n"
			       "  \"c\": null\n}\n");
	ck_assert_str_eq(line, "{\"a\":{\"b\":[1,\"/\"]},\"c\":null}");
}
END_TEST

START_TEST(brackets_in_strings_do_not_nest)
{
	g_autofree char *brackets = g_strnfill(1000, '[');
	g_autofree char *text = g_strdup_printf("{\"a\": \"\\\"%s\"}", brackets);
	g_autoptr(GError) error = NULL;
	g_autoptr(json_object) object = parse(text, &error);

	unit_ok(object != NULL, error);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		members_are_found_by_name_and_kind,
		what_is_no_json_object_is_refused,
		where_it_breaks_is_said,
		a_nul_byte_is_refused,
		a_text_beyond_all_bounds_is_refused_unread,
		deep_nesting_is_refused,
		sixty_four_levels_are_taken_and_no_more,
		brackets_in_strings_do_not_nest,
		blanks_around_it_are_taken,
		of_members_with_one_name_the_last_counts,
		a_name_with_a_nul_is_refused,
		a_string_with_a_nul_is_none_and_leaves_the_others,
		escapes_are_what_they_stand_for,
		a_number_of_64_bits_never_wraps,
		a_number_beyond_64_bits_never_wraps,
		nothing_has_no_elements,
		a_text_is_printed_valid_and_its_slashes_stay,
		a_page_has_a_member_to_a_line,
		NULL,
	};

	return unit_suite_new("oci/json", tests);
}
