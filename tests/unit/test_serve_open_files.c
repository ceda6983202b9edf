/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/open_files.h"

#include "unit.h"

#include <sys/mman.h>

#define MANY 17000

/* What a worker leaves: it is never freed, only mapped by the next one. */
static void *memory_new(void)
{
	void *memory = mmap(NULL, lx_open_files_bytes(), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ck_assert(memory != MAP_FAILED);
	return memory;
}

static ssize_t copy(LxOpenFiles *files, LxHandle handle, uint64_t offset, char *into, size_t size)
{
	g_autofree char *part = NULL;
	ssize_t got = lx_open_files_copy(files, handle, offset, size, &part);

	if (got > 0)
		memcpy(into, part, (size_t)got);
	return got;
}

static void check_text(LxOpenFiles *files, LxHandle handle, const char *expected)
{
	char text[100] = "";
	ssize_t got = copy(files, handle, 0, text, sizeof text - 1);

	ck_assert_int_eq(got, (ssize_t)strlen(expected));
	ck_assert_str_eq(text, expected);
}

START_TEST(a_file_has_no_text_until_it_is_given_one)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxHandle handle = lx_open_files_open(files, 9, 1, 0);
	char byte;

	ck_assert_uint_ne(handle, 0);
	ck_assert_int_eq(copy(files, handle, 0, &byte, 1), -1);
	ck_assert(lx_open_files_set_text(files, handle, "first\n", 6));
	check_text(files, handle, "first\n");
	ck_assert(lx_open_files_set_text(files, handle, "second one\n", 11));
	check_text(files, handle, "second one\n");
}
END_TEST

START_TEST(files_with_a_trigger_are_not_read)
{
	void *memory = memory_new();
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory);
	LxOpenTrigger trigger = {.length = 4, .trigger = "some"};
	LxHandle read;

	ck_assert(!lx_open_files_are_read(memory));
	trigger.handle = lx_open_files_open(files, 9, 1, 0);
	ck_assert(lx_open_files_are_read(memory));
	ck_assert(lx_open_files_set_trigger(files, &trigger));
	ck_assert(!lx_open_files_are_read(memory));
	read = lx_open_files_open(files, 9, 2, 0);
	ck_assert(lx_open_files_are_read(memory));
	lx_open_files_close(files, read);
	ck_assert(!lx_open_files_are_read(memory));
}
END_TEST

START_TEST(any_part_of_a_text_can_be_had)
{
	static const struct {
		uint64_t offset;
		size_t size;
		const char *expected;
	} rows[] = {
		{0, 3, "abc"},
		{3, 100, "defgh"},
		{7, 1, "h"},
		{8, 1, ""},
		{9, 1, ""},
		{UINT64_MAX, 1, ""},
		{2, 0, ""},
	};
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxHandle handle = lx_open_files_open(files, 9, 1, 0);

	ck_assert(lx_open_files_set_text(files, handle, "abcdefgh", 8));
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char text[100] = "";

		ck_assert_int_eq(copy(files, handle, rows[i].offset, text, rows[i].size),
			(ssize_t)strlen(rows[i].expected));
		ck_assert_str_eq(text, rows[i].expected);
	}
}
END_TEST

START_TEST(an_empty_text_is_a_text)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxHandle handle = lx_open_files_open(files, 9, 1, 0);

	ck_assert(lx_open_files_set_text(files, handle, "", 0));
	check_text(files, handle, "");
}
END_TEST

START_TEST(the_next_worker_has_the_texts)
{
	void *memory = memory_new();
	LxOpenFiles *first = lx_open_files_new(memory);
	LxHandle one = lx_open_files_open(first, 9, 1, 0), two = lx_open_files_open(first, 9, 2, 0);
	g_autoptr(LxOpenFiles) second = NULL;

	ck_assert(lx_open_files_set_text(first, one, "one\n", 4));
	ck_assert(lx_open_files_set_text(first, two, "two\n", 4));
	lx_open_files_free(first);
	second = lx_open_files_new(memory);
	ck_assert_uint_eq(lx_open_files_count(second), 2);
	ck_assert(
		lx_open_files_set_text(second, lx_open_files_open(second, 9, 3, 0), "three\n", 6));
	check_text(second, one, "one\n");
	check_text(second, two, "two\n");
}
END_TEST

START_TEST(a_closed_handle_is_nobody_elses)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxHandle closed = lx_open_files_open(files, 9, 1, 0), next;
	char byte;

	ck_assert(lx_open_files_set_text(files, closed, "x", 1));
	lx_open_files_close(files, closed);
	lx_open_files_close(files, closed);
	next = lx_open_files_open(files, 9, 2, 0);
	ck_assert_uint_ne(next, closed);
	ck_assert_int_eq(copy(files, closed, 0, &byte, 1), -1);
	ck_assert(!lx_open_files_set_text(files, closed, "y", 1));
	lx_open_files_close(files, closed);
	ck_assert_uint_eq(lx_open_files_count(files), 1);
}
END_TEST

START_TEST(an_opener_finds_its_record_until_it_is_closed)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxHandle handle = lx_open_files_open(files, 9, 1234, 0);

	lx_open_files_open(files, 9, 1236, 0);
	ck_assert_uint_eq(lx_open_files_find(files, 1234), handle);
	ck_assert_uint_eq(lx_open_files_find(files, 1238), 0);
	lx_open_files_close(files, handle);
	ck_assert_uint_eq(lx_open_files_find(files, 1234), 0);
}
END_TEST

START_TEST(records_run_out_and_come_back)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxHandle last = 0, handle;
	unsigned opened = 0;

	while (opened < MANY && (handle = lx_open_files_open(files, 9, opened + 1, 0)) != 0) {
		last = handle;
		opened++;
	}
	ck_assert_uint_lt(opened, MANY);
	ck_assert(!lx_open_files_set_text(files, 0, "x", 1));
	lx_open_files_close(files, last);
	ck_assert_uint_ne(lx_open_files_open(files, 9, MANY, 0), 0);
}
END_TEST

/* As many as it gets, up to `most`; the last one in *out_last. */
static unsigned open_many(LxOpenFiles *files, uint64_t container, unsigned most, LxHandle *out_last)
{
	unsigned opened = 0;
	LxHandle handle;

	*out_last = 0;
	while (opened < most && (handle = lx_open_files_open(files, 9, 1, container)) != 0) {
		*out_last = handle;
		opened++;
	}
	return opened;
}

START_TEST(who_takes_all_that_he_gets_leaves_most_to_others)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxHandle last;

	ck_assert_uint_gt(open_many(files, 7, MANY, &last), 1000);
	ck_assert_uint_lt(lx_open_files_count(files), 2000);
	for (uint64_t greedy = 8; greedy < 28; greedy++)
		open_many(files, greedy, MANY, &last);
	ck_assert_uint_eq(open_many(files, 28, 100, &last), 100);
	ck_assert_uint_eq(open_many(files, LX_CALLER_HOST, 100, &last), 100);
}
END_TEST

START_TEST(what_was_taken_unasked_is_in_nobodys_share)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxHandle last;
	unsigned unasked = 0;

	for (; lx_open_files_are_few(files); unasked++)
		ck_assert_uint_ne(lx_open_files_open(files, 9, 1, 0), 0);
	ck_assert_uint_gt(unasked, 1000);
	ck_assert_uint_gt(open_many(files, 7, MANY, &last), 1000);
	ck_assert_uint_eq(open_many(files, 8, 1000, &last), 1000);
	lx_open_files_close(files, last);
	ck_assert(!lx_open_files_are_few(files));
}
END_TEST

START_TEST(a_closed_file_is_given_back_to_its_container)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxHandle last;

	open_many(files, 7, MANY, &last);
	lx_open_files_close(files, last);
	lx_open_files_close(files, last);
	ck_assert_uint_eq(open_many(files, 7, MANY, &last), 1);
}
END_TEST

START_TEST(the_next_worker_knows_what_each_container_holds)
{
	void *memory = memory_new();
	LxOpenFiles *first = lx_open_files_new(memory);
	g_autoptr(LxOpenFiles) second = NULL;
	LxHandle last;

	open_many(first, 7, MANY, &last);
	lx_open_files_free(first);
	second = lx_open_files_new(memory);
	ck_assert_uint_eq(lx_open_files_open(second, 9, 1, 7), 0);
	ck_assert_uint_ne(lx_open_files_open(second, 9, 1, 8), 0);
	lx_open_files_close(second, last);
	ck_assert_uint_eq(open_many(second, 7, MANY, &last), 1);
}
END_TEST

START_TEST(pages_of_closed_files_are_used_again)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	size_t bytes = 64 * 1024 * 1024;
	g_autofree char *text = g_malloc0(bytes);

	for (int i = 0; i < 20; i++) {
		LxHandle handle = lx_open_files_open(files, 9, 1, 0);

		ck_assert(lx_open_files_set_text(files, handle, text, bytes));
		lx_open_files_close(files, handle);
	}
}
END_TEST

START_TEST(a_text_without_room_leaves_the_old_one)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxHandle handle = lx_open_files_open(files, 9, 1, 0);

	ck_assert(lx_open_files_set_text(files, handle, "old\n", 4));
	ck_assert(!lx_open_files_set_text(files, handle, "", (size_t)1 << 40));
	check_text(files, handle, "old\n");
}
END_TEST

static LxOpenTrigger trigger_of(LxHandle handle)
{
	return (LxOpenTrigger){
		.handle = handle,
		.node = 9,
		.container = 77,
		.request = 1234,
		.connection = 2,
		.length = 4,
		.trigger = "some",
	};
}

START_TEST(a_file_takes_one_trigger)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxOpenTrigger trigger = trigger_of(lx_open_files_open(files, 9, 1, 0)), found;

	ck_assert(!lx_open_files_get_trigger(files, trigger.handle, &found));
	ck_assert(lx_open_files_set_trigger(files, &trigger));
	ck_assert(!lx_open_files_set_trigger(files, &trigger));
	ck_assert(lx_open_files_get_trigger(files, trigger.handle, &found));
	ck_assert_uint_eq(found.request, 1234);
	ck_assert(!found.polled);
}
END_TEST

START_TEST(the_next_worker_has_triggers_pollers_and_events)
{
	void *memory = memory_new();
	LxOpenFiles *first = lx_open_files_new(memory);
	LxOpenTrigger trigger = trigger_of(lx_open_files_open(first, 9, 1, 0)), found;
	g_autoptr(LxOpenFiles) second = NULL;
	unsigned cursor = 0;

	lx_open_files_open(first, 9, 2, 0);
	ck_assert(lx_open_files_set_trigger(first, &trigger));
	lx_open_files_set_poll(first, trigger.handle, 555);
	ck_assert(!lx_open_files_has_event(first, trigger.handle));
	lx_open_files_note_event(first, trigger.handle);
	lx_open_files_free(first);
	second = lx_open_files_new(memory);
	ck_assert(lx_open_files_next_trigger(second, &cursor, &found));
	ck_assert_uint_eq(found.handle, trigger.handle);
	ck_assert_uint_eq(found.container, 77);
	ck_assert_uint_eq(found.poll_handle, 555);
	ck_assert(found.polled);
	ck_assert_uint_eq(found.length, 4);
	ck_assert_int_eq(memcmp(found.trigger, "some", 4), 0);
	ck_assert(!lx_open_files_next_trigger(second, &cursor, &found));
	ck_assert_uint_eq(found.connection, 2);
	ck_assert(lx_open_files_has_event(second, trigger.handle));
	ck_assert(lx_open_files_take_event(second, trigger.handle));
	ck_assert(!lx_open_files_take_event(second, trigger.handle));
}
END_TEST

START_TEST(a_record_used_again_has_no_trigger_of_its_predecessor)
{
	g_autoptr(LxOpenFiles) files = lx_open_files_new(memory_new());
	LxOpenTrigger trigger = trigger_of(lx_open_files_open(files, 9, 1, 0)), found;
	LxHandle next;

	ck_assert(lx_open_files_set_trigger(files, &trigger));
	lx_open_files_note_event(files, trigger.handle);
	lx_open_files_close(files, trigger.handle);
	next = lx_open_files_open(files, 9, 2, 0);
	ck_assert(!lx_open_files_get_trigger(files, next, &found));
	ck_assert(!lx_open_files_take_event(files, next));
}
END_TEST

/* A dying worker, or a bug in one, may have written anything. */
START_TEST(garbage_in_the_memory_is_survived)
{
	static const int fillings[] = {0xff, 0x01, 0x80, 0x55};

	for (size_t i = 0; i < G_N_ELEMENTS(fillings); i++) {
		void *memory = memory_new();
		g_autoptr(LxOpenFiles) files = NULL;
		LxOpenTrigger found;
		unsigned cursor = 0;
		char text[64];

		memset(memory, fillings[i], 1024 * 1024);
		files = lx_open_files_new(memory);
		while (lx_open_files_next_trigger(files, &cursor, &found))
			copy(files, found.handle, 0, text, sizeof text);
		lx_open_files_open(files, 9, 1, 0);
		munmap(memory, lx_open_files_bytes());
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_file_has_no_text_until_it_is_given_one,
		any_part_of_a_text_can_be_had,
		an_empty_text_is_a_text,
		the_next_worker_has_the_texts,
		a_closed_handle_is_nobody_elses,
		an_opener_finds_its_record_until_it_is_closed,
		records_run_out_and_come_back,
		who_takes_all_that_he_gets_leaves_most_to_others,
		what_was_taken_unasked_is_in_nobodys_share,
		a_closed_file_is_given_back_to_its_container,
		the_next_worker_knows_what_each_container_holds,
		pages_of_closed_files_are_used_again,
		a_text_without_room_leaves_the_old_one,
		files_with_a_trigger_are_not_read,
		a_file_takes_one_trigger,
		the_next_worker_has_triggers_pollers_and_events,
		a_record_used_again_has_no_trigger_of_its_predecessor,
		garbage_in_the_memory_is_survived,
		NULL,
	};

	return unit_suite_new("serve/open_files", tests);
}
