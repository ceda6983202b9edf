/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

START_TEST(a_line_ends_at_its_newline_or_at_the_end)
{
	LxSlice rest = lx_slice("one\n\nlast"), line;

	ck_assert(lx_scan_line(&rest, &line) && lx_slice_equal(line, "one"));
	ck_assert(lx_scan_line(&rest, &line) && line.length == 0);
	ck_assert(lx_scan_line(&rest, &line) && lx_slice_equal(line, "last"));
	ck_assert(!lx_scan_line(&rest, &line));
}
END_TEST

START_TEST(a_word_skips_blanks_and_stops_at_a_newline)
{
	LxSlice rest = lx_slice(" \tfoo bar\nbaz"), word;

	ck_assert(lx_scan_word(&rest, &word) && lx_slice_equal(word, "foo"));
	ck_assert(lx_scan_word(&rest, &word) && lx_slice_equal(word, "bar"));
	ck_assert(!lx_scan_word(&rest, &word));
}
END_TEST

START_TEST(a_number_takes_the_whole_word_or_nothing)
{
	LxSlice rest = lx_slice("12 34x 56");
	uint64_t number = 7;

	ck_assert(lx_scan_u64(&rest, &number) && number == 12);
	ck_assert(!lx_scan_u64(&rest, &number) && number == 12);
	ck_assert(lx_slice_equal(rest, " 34x 56"));
}
END_TEST

START_TEST(numbers_saturate_instead_of_wrapping)
{
	static const struct {
		const char *text;
		uint64_t number;
	} rows[] = {
		{"0", 0},
		{"18446744073709551614", UINT64_MAX - 1},
		{"18446744073709551615", UINT64_MAX},
		{"18446744073709551616", UINT64_MAX},
		{"99999999999999999999999999", UINT64_MAX},
		{"00018", 18},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		uint64_t number = 1;

		ck_assert(lx_slice_u64(lx_slice(rows[i].text), &number));
		ck_assert_uint_eq(number, rows[i].number);
	}
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
	static const char *const rows[] = {"", "-1", "+1", "1 ", " 1", "0x10", "1e3", "max"};
	uint64_t number;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		ck_assert_msg(!lx_slice_u64(lx_slice(rows[i]), &number), "\"%s\"", rows[i]);
}
END_TEST

START_TEST(signed_numbers_saturate_at_both_ends)
{
	int64_t number;

	ck_assert(lx_slice_i64(lx_slice("-5"), &number) && number == -5);
	ck_assert(lx_slice_i64(lx_slice("99999999999999999999"), &number) && number == INT64_MAX);
	ck_assert(lx_slice_i64(lx_slice("-99999999999999999999"), &number) && number == -INT64_MAX);
	ck_assert(!lx_slice_i64(lx_slice("-"), &number));
}
END_TEST

START_TEST(a_key_is_matched_whole_never_by_its_prefix)
{
	static const char *const keys[] = {"file", "file_mapped", "anon"};
	size_t hint = 0;

	ck_assert_int_eq(lx_scan_key(lx_slice("file_mapped"), keys, 3, &hint), 1);
	ck_assert_int_eq(lx_scan_key(lx_slice("anon"), keys, 3, &hint), 2);
	ck_assert_int_eq(lx_scan_key(lx_slice("file"), keys, 3, &hint), 0);
	ck_assert_int_eq(lx_scan_key(lx_slice("fil"), keys, 3, &hint), -1);
	ck_assert_int_eq(lx_scan_key(lx_slice("files"), keys, 3, &hint), -1);
}
END_TEST

START_TEST(until_leaves_the_rest_alone_without_the_stop)
{
	LxSlice rest = lx_slice("a:b"), head;

	ck_assert(lx_scan_until(&rest, ':', &head) && lx_slice_equal(head, "a"));
	ck_assert(!lx_scan_until(&rest, ':', &head) && lx_slice_equal(rest, "b"));
}
END_TEST

START_TEST(trim_takes_blanks_off_both_ends)
{
	ck_assert(lx_slice_equal(lx_slice_trim(lx_slice(" \t a b \r\n")), "a b"));
	ck_assert(lx_slice_equal(lx_slice_trim(lx_slice(" \n")), ""));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_line_ends_at_its_newline_or_at_the_end,
		a_word_skips_blanks_and_stops_at_a_newline,
		a_number_takes_the_whole_word_or_nothing,
		numbers_saturate_instead_of_wrapping,
		what_is_no_number_is_refused,
		signed_numbers_saturate_at_both_ends,
		a_key_is_matched_whole_never_by_its_prefix,
		until_leaves_the_rest_alone_without_the_stop,
		trim_takes_blanks_off_both_ends,
		NULL,
	};

	return unit_suite_new("base/scan", tests);
}
