/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rosters.h"

#include "roster/columns.h"

static char *cells_of(const LxRosterRow *row)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const LxColumn *column;

	for (unsigned i = 0; (column = lx_columns_at(i)) != NULL; i++) {
		g_string_append_printf(text, "%s%s=", i ? "|" : "", column->key);
		column->append(row, text);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

START_TEST(every_cell_of_a_row)
{
	roster_auto roster = roster_by_hand();
	LxRosterRow *web = &g_array_index(roster->rows, LxRosterRow, 0);
	g_autofree char *cells = NULL;

	web->rates = (LxRates){true, 12345, 1536, 0};
	cells = cells_of(web);
	ck_assert_str_eq(cells,
		"id=0123456789ab|full-id=" ROSTER_HASH "|name=web|runtime=docker|pid=1234|cpus=2|"
		"cpu=123.5|memory=232M|limit=256M|load=2.50|tasks=12|cpu-pressure=1.5|"
		"memory-pressure=0.0|io-pressure=100.0|read=1.5K|write=0|views=2/14|health=dead");
}
END_TEST

START_TEST(what_is_not_known_is_a_dash)
{
	roster_auto roster = roster_by_hand();
	g_autofree char *cells = cells_of(lx_roster_at(roster, 2));

	ck_assert_str_eq(cells,
		"id=bare|full-id=bare|name=-|runtime=plain|pid=-|cpus=-|cpu=-|memory=-|limit=-|"
		"load=-|tasks=-|cpu-pressure=-|memory-pressure=-|io-pressure=-|read=-|write=-|"
		"views=none|health=-");
}
END_TEST

START_TEST(a_pod_is_named_with_namespace_and_container)
{
	roster_auto roster = roster_by_hand();
	LxRosterRow *pod = &g_array_index(roster->rows, LxRosterRow, 1);
	g_autoptr(GString) text = g_string_new(NULL);
	const LxColumn *name = lx_columns_find("name");

	name->append(pod, text);
	ck_assert_str_eq(text->str, "default/shop/nginx");
	g_clear_pointer(&pod->labels.container, g_free);
	g_string_truncate(text, 0);
	name->append(pod, text);
	ck_assert_str_eq(text->str, "default/shop");
	g_clear_pointer(&pod->labels.pod, g_free);
	g_string_truncate(text, 0);
	name->append(pod, text);
	ck_assert_str_eq(text->str, "pod 11111111-2222-3333-4444-555555555555");
}
END_TEST

START_TEST(without_a_limit_there_is_none)
{
	roster_auto roster = roster_by_hand();
	g_autoptr(GString) text = g_string_new(NULL);

	lx_columns_find("limit")->append(lx_roster_at(roster, 1), text);
	ck_assert_str_eq(text->str, "none");
}
END_TEST

static void order_is(const char *key, bool reverse, const char *expected)
{
	roster_auto roster = roster_by_hand();
	g_autoptr(GString) order = g_string_new(NULL);

	lx_columns_sort(roster->rows, lx_columns_find(key), reverse);
	for (guint i = 0; i < roster->rows->len; i++)
		g_string_append_printf(order, "%.4s ", lx_roster_at(roster, i)->info->id);
	ck_assert_msg(strcmp(order->str, expected) == 0, "by %s: %s, expected %s", key, order->str,
		expected);
}

START_TEST(numbers_are_sorted_from_the_largest_texts_from_a)
{
	order_is("id", false, "0123 bare ngin ");
	order_is("name", false, "bare ngin 0123 ");
	order_is("runtime", false, "ngin 0123 bare ");
	order_is("pid", false, "bare ngin 0123 ");
	order_is("cpus", false, "ngin 0123 bare ");
	order_is("memory", false, "ngin 0123 bare ");
	order_is("limit", false, "ngin 0123 bare ");
	order_is("load", false, "0123 bare ngin ");
	order_is("tasks", false, "0123 bare ngin ");
	order_is("io-pressure", false, "0123 bare ngin ");
	order_is("views", false, "ngin 0123 bare ");
	order_is("health", false, "0123 ngin bare ");
}
END_TEST

START_TEST(the_other_way_round_those_that_are_alike_stay_by_id)
{
	order_is("load", true, "bare ngin 0123 ");
	order_is("views", true, "bare 0123 ngin ");
	order_is("cpu", true, "0123 bare ngin ");
}
END_TEST

START_TEST(what_needs_attention_has_a_tint)
{
	roster_auto roster = roster_by_hand();
	const LxRosterRow *web = lx_roster_at(roster, 0), *pod = lx_roster_at(roster, 1);

	ck_assert_int_eq(lx_columns_find("memory")->tint(web), LX_TINT_BAD);
	ck_assert_int_eq(lx_columns_find("memory")->tint(pod), LX_TINT_PLAIN);
	ck_assert_int_eq(lx_columns_find("load")->tint(web), LX_TINT_WARNING);
	ck_assert_int_eq(lx_columns_find("load")->tint(pod), LX_TINT_PLAIN);
	ck_assert_int_eq(lx_columns_find("health")->tint(web), LX_TINT_BAD);
	ck_assert_int_eq(lx_columns_find("health")->tint(pod), LX_TINT_GOOD);
}
END_TEST

START_TEST(wide_characters_take_two_columns)
{
	ck_assert_uint_eq(lx_columns_width("web"), 3);
	ck_assert_uint_eq(lx_columns_width("\xe6\xbc\xa2\xe5\xad\x97"), 4);
	ck_assert_uint_eq(lx_columns_width("e\xcc\x81"), 1);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		every_cell_of_a_row,
		what_is_not_known_is_a_dash,
		a_pod_is_named_with_namespace_and_container,
		without_a_limit_there_is_none,
		numbers_are_sorted_from_the_largest_texts_from_a,
		the_other_way_round_those_that_are_alike_stay_by_id,
		what_needs_attention_has_a_tint,
		wide_characters_take_two_columns,
		NULL,
	};

	return unit_suite_new("roster/columns", tests);
}
