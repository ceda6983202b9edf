/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "writer.h"

#include "json.h"
#include "unit.h"

START_TEST(values_and_members_are_separated)
{
	g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();
	g_autofree char *text = NULL;

	lx_inject_writer_begin_object(writer);
	lx_inject_writer_pair(writer, "a", "b");
	lx_inject_writer_member(writer, "list");
	lx_inject_writer_begin_array(writer);
	lx_inject_writer_int(writer, -7);
	lx_inject_writer_bool(writer, true);
	lx_inject_writer_begin_object(writer);
	lx_inject_writer_end_object(writer);
	lx_inject_writer_string(writer, NULL);
	lx_inject_writer_end_array(writer);
	lx_inject_writer_pair(writer, "c", "");
	lx_inject_writer_end_object(writer);
	text = lx_inject_writer_take(writer);
	ck_assert_str_eq(text, "{\"a\":\"b\",\"list\":[-7,true,{},null],\"c\":\"\"}");
}
END_TEST

START_TEST(every_character_comes_back_as_it_was)
{
	for (unsigned c = 1; c < 0x300; c++) {
		g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();
		g_autoptr(GString) value = g_string_new("x");
		g_autofree char *text = NULL;
		g_autoptr(JsonNode) root = NULL;
		g_autoptr(GError) error = NULL;

		g_string_append_unichar(value, c);
		g_string_append_c(value, 'y');
		lx_inject_writer_begin_object(writer);
		lx_inject_writer_pair(writer, "s", value->str);
		lx_inject_writer_end_object(writer);
		text = lx_inject_writer_take(writer);
		root = lx_inject_json_parse(text, strlen(text), &error);
		ck_assert_msg(root != NULL, "%u: %s", c, error ? error->message : "");
		ck_assert_str_eq(
			lx_inject_json_string(json_node_get_object(root), "s"), value->str);
	}
}
END_TEST

START_TEST(what_is_special_is_escaped)
{
	g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();
	g_autofree char *text = NULL;

	lx_inject_writer_string(writer, "\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa4");
	text = lx_inject_writer_take(writer);
	ck_assert_str_eq(text, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\xc3\xa4\"");
}
END_TEST

START_TEST(base64_is_a_string_among_others)
{
	static const struct {
		const char *value, *text;
	} rows[] = {
		{"", "[1,\"\",2]"},
		{"a", "[1,\"YQ==\",2]"},
		{"ab", "[1,\"YWI=\",2]"},
		{"abc", "[1,\"YWJj\",2]"},
		{"\"\n\x7f\xff?", "[1,\"Igp//z8=\",2]"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();
		g_autofree char *text = NULL;

		lx_inject_writer_begin_array(writer);
		lx_inject_writer_int(writer, 1);
		lx_inject_writer_base64(writer, rows[i].value);
		lx_inject_writer_int(writer, 2);
		lx_inject_writer_end_array(writer);
		text = lx_inject_writer_take(writer);
		ck_assert_str_eq(text, rows[i].text);
	}
}
END_TEST

START_TEST(base64_of_any_length_is_glibs)
{
	g_autoptr(GString) value = g_string_new(NULL);

	while (value->len < 10000) {
		g_autoptr(LxInjectWriter) writer = lx_inject_writer_new();
		g_autofree char *encoded = g_base64_encode((const guchar *)value->str, value->len);
		g_autofree char *expected = g_strdup_printf("\"%s\"", encoded);
		g_autofree char *text = NULL;

		lx_inject_writer_base64(writer, value->str);
		text = lx_inject_writer_take(writer);
		ck_assert_str_eq(text, expected);
		for (unsigned i = 0; i < 1 + value->len / 50; i++)
			g_string_append_c(value, (char)('!' + value->len % 90));
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		values_and_members_are_separated,
		every_character_comes_back_as_it_was,
		what_is_special_is_escaped,
		base64_is_a_string_among_others,
		base64_of_any_length_is_glibs,
		NULL,
	};

	return unit_suite_new("injector/writer", tests);
}
