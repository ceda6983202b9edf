/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "roster/size.h"

START_TEST(sizes_have_at_most_three_digits_and_a_unit)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{0, "0"},
		{1, "1"},
		{999, "999"},
		{1000, "1K"},
		{1023, "1K"},
		{1024, "1K"},
		{1536, "1.5K"},
		{40 << 10, "40K"},
		{999u << 10, "999K"},
		{1023u << 10, "1M"},
		{UINT64_C(256) << 20, "256M"},
		{UINT64_C(38) * 1048576 + 300000, "38.3M"},
		{UINT64_C(3) << 29, "1.5G"},
		{UINT64_C(24105) << 20, "23.5G"},
		{UINT64_C(99) * 1048576 + 1048000, "100M"},
		{UINT64_MAX, "16E"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) text = g_string_new(NULL);

		lx_size_append(text, rows[i].bytes);
		ck_assert_str_eq(text->str, rows[i].text);
	}
}
END_TEST

START_TEST(no_size_is_wider_than_five_characters)
{
	for (unsigned bit = 0; bit < 64; bit++)
		for (int off = -1; off <= 1; off++) {
			g_autoptr(GString) text = g_string_new(NULL);

			lx_size_append(text, (UINT64_C(1) << bit) * 999 / 1000 + (uint64_t)off);
			ck_assert_uint_le(text->len, 5);
		}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		sizes_have_at_most_three_digits_and_a_unit,
		no_size_is_wider_than_five_characters,
		NULL,
	};

	return unit_suite_new("roster/size", tests);
}
