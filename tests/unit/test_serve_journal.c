/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/journal.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* As the kernel lays requests out; a slot is larger than a stack should hold. */
static LxSlot *slot_with(uint64_t unique)
{
	LxSlot *slot =
		mmap(NULL, sizeof *slot, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct fuse_in_header header = {
		.len = sizeof header, .opcode = FUSE_READ, .unique = unique};

	ck_assert(slot != MAP_FAILED);
	if (unique)
		memcpy(slot->request, &header, sizeof header);
	return slot;
}

static void drop(LxSlot *slot)
{
	munmap(slot, sizeof *slot);
}

START_TEST(a_slot_that_was_never_used_is_empty)
{
	LxSlot *slot = slot_with(0);

	ck_assert_ptr_null(lx_journal_request(slot));
	ck_assert_uint_eq(lx_journal_key(slot), 0);
	drop(slot);
}
END_TEST

START_TEST(a_slot_that_holds_a_length_is_a_request_under_way)
{
	LxSlot *slot = slot_with(42);

	ck_assert_ptr_nonnull(lx_journal_request(slot));
	ck_assert_uint_eq(lx_journal_request(slot)->unique, 42);
	drop(slot);
}
END_TEST

START_TEST(keys_of_different_connections_or_requests_differ)
{
	uint64_t seen[2 * LX_N_CONNECTIONS];
	unsigned n_seen = 0;

	for (uint64_t unique = 42; unique <= 44; unique += 2) {
		for (unsigned kind = 0; kind < LX_N_CONNECTIONS; kind++) {
			LxSlot *slot = slot_with(unique);

			slot->connection = kind;
			seen[n_seen++] = lx_journal_key(slot);
			drop(slot);
		}
	}
	for (unsigned i = 0; i < n_seen; i++) {
		ck_assert_uint_ne(seen[i], 0);
		for (unsigned k = 0; k < i; k++)
			ck_assert_uint_ne(seen[i], seen[k]);
	}
}
END_TEST

START_TEST(a_deed_that_was_begun_is_in_doubt_until_it_is_noted)
{
	LxSlot *slot = slot_with(42);
	uint64_t result = 0;

	ck_assert(!lx_journal_is_in_doubt(slot));
	lx_journal_begin(slot);
	ck_assert(lx_journal_is_in_doubt(slot));
	ck_assert(!lx_journal_result(slot, &result));
	lx_journal_note(slot, 7);
	ck_assert(!lx_journal_is_in_doubt(slot));
	ck_assert(lx_journal_result(slot, &result));
	ck_assert_uint_eq(result, 7);
	lx_journal_begin(slot);
	lx_journal_clear(slot);
	ck_assert(!lx_journal_is_in_doubt(slot));
	drop(slot);
}
END_TEST

START_TEST(clearing_forgets_all_but_the_deaths)
{
	LxSlot *slot = slot_with(42);
	uint64_t result;

	lx_journal_note(slot, 7);
	lx_journal_mark_left(slot);
	slot->container = 5;
	slot->refused = 1;
	slot->deaths = 1;
	slot->deaths_unique = 42;
	lx_journal_clear(slot);
	ck_assert_ptr_null(lx_journal_request(slot));
	ck_assert(!lx_journal_result(slot, &result));
	ck_assert(!lx_journal_was_left(slot));
	ck_assert_uint_eq(slot->container, 0);
	ck_assert_uint_eq(slot->refused, 0);
	ck_assert_uint_eq(slot->deaths, 1);
	ck_assert_uint_eq(slot->deaths_unique, 42);
	drop(slot);
}
END_TEST

START_TEST(a_result_is_there_once_it_was_noted)
{
	LxSlot *slot = slot_with(42);
	uint64_t result = 1;

	ck_assert(!lx_journal_result(slot, &result));
	ck_assert_uint_eq(result, 1);
	lx_journal_note(slot, 77);
	ck_assert(lx_journal_result(slot, &result));
	ck_assert_uint_eq(result, 77);
	drop(slot);
}
END_TEST

START_TEST(preparing_changes_no_byte)
{
	LxSlot *slot = slot_with(42);

	slot->request[4096] = 'x';
	lx_journal_prepare(slot);
	ck_assert_uint_eq(lx_journal_request(slot)->unique, 42);
	ck_assert_int_eq(slot->request[4096], 'x');
	drop(slot);
}
END_TEST

/* A pipe in the place of /dev/fuse. */
START_TEST(a_request_is_received_into_the_slot)
{
	LxSlot *from = slot_with(42), *into = slot_with(0);
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], from->request, 48), 48);
	ck_assert_int_eq(lx_journal_receive(into, ends[0]), 48);
	ck_assert_uint_eq(lx_journal_request(into)->unique, 42);
	close(ends[0]);
	close(ends[1]);
	drop(from);
	drop(into);
}
END_TEST

START_TEST(only_an_unmount_and_an_abort_end_a_connection)
{
	for (int code = 0; code < 200; code++)
		ck_assert_int_eq(lx_journal_is_end(code), code == ENODEV || code == ECONNABORTED);
}
END_TEST

START_TEST(a_receive_that_fails_is_to_be_tried_again)
{
	LxSlot *slot = slot_with(0);
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	ck_assert_int_eq(lx_journal_receive(slot, ends[0]), 0); /* EAGAIN */
	ck_assert_int_eq(lx_journal_receive(slot, ends[1]), 0); /* EBADF */
	close(ends[1]);
	ck_assert_int_eq(lx_journal_receive(slot, ends[0]), 0); /* nothing at all */
	close(ends[0]);
	drop(slot);
}
END_TEST

START_TEST(a_refusal_names_the_request_and_the_error)
{
	LxSlot *slot = slot_with(42);
	struct fuse_out_header reply;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	lx_journal_refuse(slot, ends[1], EIO);
	ck_assert_int_eq(read(ends[0], &reply, sizeof reply), (ssize_t)sizeof reply);
	ck_assert_uint_eq(reply.len, sizeof reply);
	ck_assert_uint_eq(reply.unique, 42);
	ck_assert_int_eq(reply.error, -EIO);
	close(ends[0]);
	close(ends[1]);
	drop(slot);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_slot_that_was_never_used_is_empty,
		a_slot_that_holds_a_length_is_a_request_under_way,
		keys_of_different_connections_or_requests_differ,
		a_deed_that_was_begun_is_in_doubt_until_it_is_noted,
		clearing_forgets_all_but_the_deaths,
		a_result_is_there_once_it_was_noted,
		preparing_changes_no_byte,
		a_request_is_received_into_the_slot,
		only_an_unmount_and_an_abort_end_a_connection,
		a_receive_that_fails_is_to_be_tried_again,
		a_refusal_names_the_request_and_the_error,
		NULL,
	};

	return unit_suite_new("serve/journal", tests);
}
