/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/tally.h"

#include "unit.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define NODE_MEMINFO 13 /* LX_ROW_MEMINFO: a number that never changes its meaning */

typedef struct {
	struct fuse_in_header header;
	struct fuse_read_in read;
} Request;

static Request request_of(uint32_t opcode, uint64_t offset)
{
	Request request = {.header = {.opcode = opcode, .nodeid = NODE_MEMINFO}};

	request.header.len = sizeof request;
	request.read.offset = offset;
	return request;
}

static void count(LxTally *tally, const Request *request, int code, uint64_t nsec)
{
	LxTallied begun = lx_tally_begin(&request->header, 1000);

	lx_tally_end(tally, &begun, code, 1000 + nsec);
}

static uint64_t total(const LxHistogram *times)
{
	uint64_t n = 0;

	for (unsigned i = 0; i <= LX_TALLY_BOUNDS; i++)
		n += times->buckets[i];
	return n;
}

START_TEST(a_duration_falls_into_the_first_bucket_that_holds_it)
{
	static const struct {
		uint64_t nsec;
		unsigned bucket;
	} rows[] = {
		{0, 0},
		{1, 0},
		{8191, 0},
		{8192, 0},
		{8193, 1},
		{16384, 1},
		{16385, 2},
		{UINT64_C(1) << 32, LX_TALLY_BOUNDS - 1},
		{(UINT64_C(1) << 32) + 1, LX_TALLY_BOUNDS},
		{UINT64_MAX - 1000, LX_TALLY_BOUNDS},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Request request = request_of(FUSE_OPEN, 0);
		LxTally tally = {0};

		count(&tally, &request, 0, rows[i].nsec);
		ck_assert_msg(tally.requests[LX_OPERATION_OPEN].buckets[rows[i].bucket] == 1,
			"%" G_GUINT64_FORMAT " ns are not in bucket %u", rows[i].nsec,
			rows[i].bucket);
		ck_assert_uint_eq(total(&tally.requests[LX_OPERATION_OPEN]), 1);
		ck_assert_uint_eq(tally.requests[LX_OPERATION_OPEN].sum_nsec, rows[i].nsec);
		if (rows[i].bucket < LX_TALLY_BOUNDS)
			ck_assert_uint_le(rows[i].nsec, lx_tally_bound_nsec(rows[i].bucket));
	}
}
END_TEST

START_TEST(every_request_is_counted_as_what_it_asks_for)
{
	static const struct {
		uint32_t opcode;
		LxOperation operation;
	} rows[] = {
		{FUSE_READ, LX_OPERATION_READ},
		{FUSE_OPENDIR, LX_OPERATION_OPEN},
		{FUSE_LOOKUP, LX_OPERATION_LOOKUP},
		{FUSE_SETATTR, LX_OPERATION_ATTRIBUTES},
		{FUSE_READDIR, LX_OPERATION_LIST},
		{FUSE_RELEASEDIR, LX_OPERATION_RELEASE},
		{FUSE_POLL, LX_OPERATION_POLL},
		{FUSE_WRITE, LX_OPERATION_WRITE},
		{FUSE_FORGET, LX_OPERATION_OTHER},
		{0, LX_OPERATION_OTHER},
		{FUSE_INIT, LX_OPERATION_OTHER},
		{4096, LX_OPERATION_OTHER},
		{UINT32_MAX, LX_OPERATION_OTHER},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Request request = request_of(rows[i].opcode, 0);
		LxTally tally = {0};

		count(&tally, &request, 0, 5);
		ck_assert_uint_eq(total(&tally.requests[rows[i].operation]), 1);
	}
}
END_TEST

START_TEST(a_read_from_the_start_counts_by_file_and_outcome)
{
	static const struct {
		int code;
		LxOutcome outcome;
	} rows[] = {
		{0, LX_OUTCOME_OK},
		{ENOENT, LX_OUTCOME_GONE},
		{ESTALE, LX_OUTCOME_GONE},
		{EINVAL, LX_OUTCOME_REFUSED},
		{EACCES, LX_OUTCOME_REFUSED},
		{EIO, LX_OUTCOME_FAILED},
		{-5, LX_OUTCOME_FAILED},
		{9999, LX_OUTCOME_FAILED},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Request request = request_of(FUSE_READ, 0);
		LxTally tally = {0};

		count(&tally, &request, rows[i].code, 5);
		ck_assert_uint_eq(tally.reads[NODE_MEMINFO][rows[i].outcome], 1);
	}
}
END_TEST

START_TEST(a_read_that_goes_on_makes_no_text)
{
	Request request = request_of(FUSE_READ, 4096);
	LxTally tally = {0};

	count(&tally, &request, 0, 5);
	ck_assert_uint_eq(total(&tally.requests[LX_OPERATION_READ]), 1);
	ck_assert_uint_eq(tally.reads[NODE_MEMINFO][LX_OUTCOME_OK], 0);
}
END_TEST

START_TEST(a_request_that_is_too_short_to_be_a_read_makes_no_text)
{
	Request request = request_of(FUSE_READ, 0);
	LxTally tally = {0};

	request.header.len = sizeof request.header;
	count(&tally, &request, EIO, 5);
	for (unsigned part = 0; part < LX_TREE_PARTS; part++)
		ck_assert_uint_eq(tally.reads[part][LX_OUTCOME_FAILED], 0);
}
END_TEST

START_TEST(a_clock_that_goes_back_costs_nothing)
{
	Request request = request_of(FUSE_OPEN, 0);
	LxTallied begun = lx_tally_begin(&request.header, 1000);
	LxTally tally = {0};

	lx_tally_end(&tally, &begun, 0, 10);
	ck_assert_uint_eq(tally.requests[LX_OPERATION_OPEN].buckets[0], 1);
	ck_assert_uint_eq(tally.requests[LX_OPERATION_OPEN].sum_nsec, 0);
}
END_TEST

START_TEST(totals_are_sums)
{
	Request request = request_of(FUSE_READ, 0);
	LxTally one = {0}, two = {0}, sum = {0};

	count(&one, &request, 0, 10);
	count(&two, &request, 0, 20);
	count(&two, &request, EIO, UINT64_C(1) << 40);
	lx_tally_add(&sum, &one);
	lx_tally_add(&sum, &two);
	ck_assert_uint_eq(sum.reads[NODE_MEMINFO][LX_OUTCOME_OK], 2);
	ck_assert_uint_eq(sum.reads[NODE_MEMINFO][LX_OUTCOME_FAILED], 1);
	ck_assert_uint_eq(sum.requests[LX_OPERATION_READ].buckets[0], 2);
	ck_assert_uint_eq(sum.requests[LX_OPERATION_READ].buckets[LX_TALLY_BOUNDS], 1);
	ck_assert_uint_eq(sum.requests[LX_OPERATION_READ].sum_nsec, 30 + (UINT64_C(1) << 40));
}
END_TEST

/* Two threads never write the same cache line. */
START_TEST(tallies_begin_on_cache_lines)
{
	ck_assert_uint_eq(_Alignof(LxTally) % 64, 0);
	ck_assert_uint_eq(sizeof(LxTally) % 64, 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_duration_falls_into_the_first_bucket_that_holds_it,
		every_request_is_counted_as_what_it_asks_for,
		a_read_from_the_start_counts_by_file_and_outcome,
		a_read_that_goes_on_makes_no_text,
		a_request_that_is_too_short_to_be_a_read_makes_no_text,
		a_clock_that_goes_back_costs_nothing,
		totals_are_sums,
		tallies_begin_on_cache_lines,
		NULL,
	};

	return unit_suite_new("serve/tally", tests);
}
