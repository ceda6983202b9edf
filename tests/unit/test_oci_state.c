/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oci/state.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static bool parse(const char *text, LxOciState *out, GError **error)
{
	return lx_state_parse(text, strlen(text), out, error);
}

START_TEST(what_runc_and_crun_say_is_understood)
{
	static const char *const texts[] = {
		"{\"ociVersion\":\"1.0.2-dev\",\"id\":\"c1\",\"status\":\"creating\",\"pid\":23847,"
		"\"bundle\":\"/run/b\"}",
		"{\"ociVersion\":\"1.0\",\"id\":\"c1\",\"pid\":23847,\"root\":\"rootfs\","
		"\"bundle\":\"/run/b\","
		"\"status\":\"created\",\"annotations\":{\"a\":\"b\"}}\n",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_auto(LxOciState) state = {0};
		g_autoptr(GError) error = NULL;

		unit_ok(parse(texts[i], &state, &error), error);
		ck_assert_str_eq(state.id, "c1");
		ck_assert_int_eq(state.pid, 23847);
		ck_assert_str_eq(state.bundle, "/run/b");
	}
}
END_TEST

START_TEST(what_is_no_state_is_refused)
{
	static const struct {
		const char *text;
		const char *word;
	} rows[] = {
		{"", "JSON"},
		{"garbage", "JSON"},
		{"[]", "object"},
		{"{}", "\"id\""},
		{"{\"id\":\"\",\"pid\":2,\"bundle\":\"/b\"}", "\"id\""},
		{"{\"id\":7,\"pid\":2,\"bundle\":\"/b\"}", "\"id\""},
		{"{\"id\":\"c\",\"bundle\":\"/b\"}", "\"pid\""},
		{"{\"id\":\"c\",\"pid\":0,\"bundle\":\"/b\"}", "\"pid\""},
		{"{\"id\":\"c\",\"pid\":-1,\"bundle\":\"/b\"}", "\"pid\""},
		{"{\"id\":\"c\",\"pid\":4294967298,\"bundle\":\"/b\"}", "\"pid\""},
		{"{\"id\":\"c\",\"pid\":\"2\",\"bundle\":\"/b\"}", "\"pid\""},
		{"{\"id\":\"c\",\"pid\":2.5,\"bundle\":\"/b\"}", "\"pid\""},
		{"{\"id\":\"c\",\"pid\":2}", "\"bundle\""},
		{"{\"id\":\"c\",\"pid\":2,\"bundle\":\"b\"}", "\"bundle\""},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(LxOciState) state = {0};
		g_autoptr(GError) error = NULL;

		unit_fails(parse(rows[i].text, &state, &error), error, EINVAL, rows[i].word);
		ck_assert_ptr_null(state.id);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		what_runc_and_crun_say_is_understood, what_is_no_state_is_refused, NULL};

	return unit_suite_new("oci/state", tests);
}
