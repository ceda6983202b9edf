/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "history/records.h"

#include <sys/mman.h>
#include <unistd.h>

#define COPY_BYTES 100

static const LxRecordsFormat format = {7, 1, COPY_BYTES};

typedef struct {
	size_t bytes;
	void *at;
} Memory;

static Memory memory_new(unsigned n_records, size_t copy_bytes)
{
	size_t bytes = lx_records_bytes(n_records, copy_bytes);

	return (Memory){bytes, g_malloc0(bytes)};
}

static void put(LxRecords *records, uint64_t id, uint64_t now, char value)
{
	LxRecord record = lx_records_open(records, id, now);

	memset(record.next, value, COPY_BYTES);
	lx_record_commit(&record);
	lx_record_close(&record);
}

/* The value of a record, all of whose bytes must agree; '-' for none. */
static char get(LxRecords *records, uint64_t id, uint64_t now)
{
	LxRecord record = lx_records_open(records, id, now);
	const char *bytes = record.now;
	char value = bytes ? bytes[0] : '-';

	for (int i = 0; bytes && i < COPY_BYTES; i++)
		if (bytes[i] != value)
			ck_abort_msg("a torn record at byte %d", i);
	lx_record_close(&record);
	return value;
}

START_TEST(a_record_is_what_was_committed_last)
{
	Memory memory = memory_new(4, COPY_BYTES);
	LxRecords *records = lx_records_new(memory.at, memory.bytes, &format);

	ck_assert_uint_eq(lx_records_n(records), 4);
	ck_assert_int_eq(get(records, 5, 1), '-');
	put(records, 5, 2, 'a');
	put(records, 6, 2, 'x');
	ck_assert_int_eq(get(records, 5, 3), 'a');
	put(records, 5, 4, 'b');
	ck_assert_int_eq(get(records, 5, 5), 'b');
	ck_assert_int_eq(get(records, 6, 5), 'x');
	lx_records_free(records);
	g_free(memory.at);
}
END_TEST

START_TEST(a_successor_finds_what_was_left)
{
	Memory memory = memory_new(4, COPY_BYTES);
	LxRecords *records = lx_records_new(memory.at, memory.bytes, &format);

	put(records, 5, 1, 'a');
	put(records, 0, 1, 'z');
	/* the predecessor was killed: nothing of it is freed in order */
	LxRecords *successor = lx_records_new(memory.at, memory.bytes, &format);

	ck_assert_int_eq(get(successor, 5, 2), 'a');
	ck_assert_int_eq(get(successor, 0, 2), 'z');
	lx_records_free(successor);
	lx_records_free(records);
	g_free(memory.at);
}
END_TEST

START_TEST(a_copy_that_was_not_committed_is_not_seen)
{
	Memory memory = memory_new(4, COPY_BYTES);
	LxRecords *records = lx_records_new(memory.at, memory.bytes, &format), *successor;
	LxRecord torn;

	put(records, 5, 1, 'a');
	torn = lx_records_open(records, 5, 2);
	memset(torn.next, 'b', COPY_BYTES / 2);
	successor = lx_records_new(memory.at, memory.bytes, &format);
	ck_assert_int_eq(get(successor, 5, 3), 'a');
	put(successor, 5, 4, 'c');
	ck_assert_int_eq(get(successor, 5, 5), 'c');
	lx_record_close(&torn);
	lx_records_free(successor);
	lx_records_free(records);
	g_free(memory.at);
}
END_TEST

START_TEST(the_first_copy_that_was_not_committed_is_none)
{
	Memory memory = memory_new(2, COPY_BYTES);
	LxRecords *records = lx_records_new(memory.at, memory.bytes, &format), *successor;
	LxRecord torn = lx_records_open(records, 5, 1);

	memset(torn.next, 'b', COPY_BYTES);
	successor = lx_records_new(memory.at, memory.bytes, &format);
	ck_assert_int_eq(get(successor, 5, 3), '-');
	lx_record_close(&torn);
	lx_records_free(successor);
	lx_records_free(records);
	g_free(memory.at);
}
END_TEST

START_TEST(another_version_kind_or_size_is_begun_anew)
{
	static const LxRecordsFormat others[] = {
		{8, 1, COPY_BYTES}, {7, 2, COPY_BYTES}, {7, 1, 2 * COPY_BYTES}};

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		Memory memory = memory_new(8, 2 * COPY_BYTES);
		LxRecords *records = lx_records_new(memory.at, memory.bytes, &format), *other;

		put(records, 5, 1, 'a');
		lx_records_free(records);
		other = lx_records_new(memory.at, memory.bytes, &others[i]);
		ck_assert_int_eq(get(other, 5, 1), '-');
		lx_records_free(other);
		g_free(memory.at);
	}
}
END_TEST

START_TEST(garbage_is_begun_anew)
{
	Memory memory = memory_new(8, COPY_BYTES);
	LxRecords *records;

	memset(memory.at, 0x5a, memory.bytes);
	records = lx_records_new(memory.at, memory.bytes, &format);
	ck_assert_int_eq(get(records, 5, 1), '-');
	put(records, 5, 1, 'a');
	ck_assert_int_eq(get(records, 5, 1), 'a');
	lx_records_free(records);
	g_free(memory.at);
}
END_TEST

START_TEST(the_record_opened_longest_ago_makes_room)
{
	Memory memory = memory_new(3, COPY_BYTES);
	LxRecords *records = lx_records_new(memory.at, memory.bytes, &format), *successor;

	put(records, 1, 10, 'a');
	put(records, 2, 20, 'b');
	put(records, 3, 30, 'c');
	ck_assert_int_eq(get(records, 1, 40), 'a');
	put(records, 4, 50, 'd');
	successor = lx_records_new(memory.at, memory.bytes, &format);
	ck_assert_int_eq(get(successor, 1, 60), 'a');
	ck_assert_int_eq(get(successor, 3, 60), 'c');
	ck_assert_int_eq(get(successor, 4, 60), 'd');
	ck_assert_int_eq(get(successor, 2, 60), '-');
	lx_records_free(successor);
	lx_records_free(records);
	g_free(memory.at);
}
END_TEST

START_TEST(memory_without_room_for_a_record_is_left_alone)
{
	char memory[64] = {0}, zeros[64] = {0};
	LxRecords *records = lx_records_new(memory, sizeof memory, &format);

	put(records, 1, 10, 'a');
	ck_assert_int_eq(get(records, 1, 10), 'a');
	ck_assert_int_eq(memcmp(memory, zeros, sizeof zeros), 0);
	lx_records_free(records);
}
END_TEST

static size_t pages_in_use(void *memory, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = bytes / page, used = 0;
	g_autofree unsigned char *resident = g_malloc(n);

	ck_assert_int_eq(mincore(memory, n * page, resident), 0);
	for (size_t i = 0; i < n; i++)
		used += resident[i] & 1;
	return used;
}

START_TEST(memory_that_no_record_needs_is_not_touched)
{
	LxRecordsFormat large = {7, 1, 20000};
	size_t bytes = lx_records_bytes(4096, large.copy_bytes);
	int fd = memfd_create("records", MFD_CLOEXEC);
	LxRecords *records;
	void *memory;

	ck_assert_int_eq(ftruncate(fd, (off_t)bytes), 0);
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(memory, MAP_FAILED);
	records = lx_records_new(memory, bytes, &large);
	for (uint64_t id = 1; id <= 10; id++) {
		put(records, id, id, 'a');
		ck_assert_int_eq(get(records, id, id), 'a');
	}
	/* the table, 24 bytes each, and a page or two for each record */
	ck_assert_uint_le(pages_in_use(memory, bytes), 4096 * 24 / 4096 + 1 + 2 * 10);
	lx_records_free(records);
	munmap(memory, bytes);
	close(fd);
}
END_TEST

typedef struct {
	LxRecords *records;
	unsigned number;
	int sum;
} Racer;

/* More ids than records: they are taken from each other all the time. */
static gpointer race(gpointer data)
{
	Racer *racer = data;

	for (unsigned i = 0; i < 20000; i++) {
		uint64_t id = 1 + (i * 7 + racer->number) % 12;

		racer->sum += get(racer->records, id, i);
		put(racer->records, id, i, (char)('a' + racer->number));
	}
	return NULL;
}

START_TEST(records_are_whole_for_threads_that_race_for_them)
{
	Memory memory = memory_new(8, COPY_BYTES);
	LxRecords *records = lx_records_new(memory.at, memory.bytes, &format);
	Racer racers[4];
	GThread *threads[4];

	for (unsigned i = 0; i < 4; i++) {
		racers[i] = (Racer){records, i, 0};
		threads[i] = g_thread_new("race", race, &racers[i]);
	}
	for (unsigned i = 0; i < 4; i++)
		g_thread_join(threads[i]);
	lx_records_free(records);
	g_free(memory.at);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_record_is_what_was_committed_last,
		a_successor_finds_what_was_left,
		a_copy_that_was_not_committed_is_not_seen,
		the_first_copy_that_was_not_committed_is_none,
		another_version_kind_or_size_is_begun_anew,
		garbage_is_begun_anew,
		the_record_opened_longest_ago_makes_room,
		memory_without_room_for_a_record_is_left_alone,
		memory_that_no_record_needs_is_not_touched,
		records_are_whole_for_threads_that_race_for_them,
		NULL,
	};

	return unit_suite_new("history/records", tests);
}
