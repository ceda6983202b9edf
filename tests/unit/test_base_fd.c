/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

static int file_of(size_t bytes)
{
	g_autofree char *text = g_malloc(bytes + 1);
	int fd = memfd_create("text", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	for (size_t i = 0; i < bytes; i++)
		text[i] = (char)('a' + i % 23);
	ck_assert_int_eq(write(fd, text, bytes), (ssize_t)bytes);
	return fd;
}

START_TEST(a_text_of_any_length_is_read_whole)
{
	static const size_t sizes[] = {0, 1, 4095, 4096, 8191, 8192, 8193, 100000};

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_auto(LxFd) fd = file_of(sizes[i]);
		g_autoptr(GError) error = NULL;
		g_auto(LxText) text = {0}, record = {0};

		unit_ok(lx_fd_read(fd, sizes[i], "a file", &text, &error), error);
		unit_ok(lx_fd_read_record(fd, sizes[i], "a file", &record, &error), error);
		ck_assert_uint_eq(text.length, sizes[i]);
		ck_assert_uint_eq(record.length, sizes[i]);
		ck_assert_int_eq(memcmp(text.bytes, record.bytes, sizes[i] + 1), 0);
		for (size_t at = 0; at < sizes[i]; at++)
			ck_assert_int_eq(text.bytes[at], (char)('a' + at % 23));
	}
}
END_TEST

START_TEST(a_text_that_is_too_long_is_refused)
{
	g_auto(LxFd) fd = file_of(20000);
	g_autoptr(GError) error = NULL, other = NULL;
	g_auto(LxText) text = {0};

	unit_fails(lx_fd_read(fd, 19999, "a file", &text, &error), error, EFBIG, "a file");
	unit_fails(lx_fd_read_record(fd, 19999, "a file", &text, &other), other, EFBIG, "a file");
	ck_assert_ptr_null(text.bytes);
}
END_TEST

/* ---- By several threads ---- */

#define N_EVENTS 400
#define N_READERS 2
#define N_READS 300

/* What an epoll descriptor watches is one record, in the kernel's order. */
typedef struct {
	int epoll;
	int record;
	int events[N_EVENTS]; /* every fourth one comes and goes */
	int done;             /* atomic: readers that have finished */
	int torn;             /* atomic */
} Watched;

static void watch_each_fourth(const Watched *watched, int operation)
{
	struct epoll_event event = {.events = EPOLLIN};

	for (int i = 0; i < N_EVENTS; i += 4)
		ck_assert_int_eq(
			epoll_ctl(watched->epoll, operation, watched->events[i], &event), 0);
}

static gpointer come_and_go(gpointer data)
{
	Watched *watched = data;

	while (g_atomic_int_get(&watched->done) < N_READERS) {
		watch_each_fourth(watched, EPOLL_CTL_DEL);
		watch_each_fourth(watched, EPOLL_CTL_ADD);
	}
	return NULL;
}

/* How many of those that stay are in it. */
static int count_staying(const Watched *watched, LxSlice text)
{
	LxSlice line, word;
	uint64_t fd;
	int n = 0;

	while (lx_scan_line(&text, &line))
		if (lx_scan_word(&line, &word) && lx_slice_equal(word, "tfd:") &&
			lx_scan_u64(&line, &fd))
			for (int i = 0; i < N_EVENTS; i++)
				n += i % 4 != 0 && watched->events[i] == (int)fd;
	return n;
}

static gpointer read_often(gpointer data)
{
	Watched *watched = data;

	for (int i = 0; i < N_READS; i++) {
		g_auto(LxText) text = {0};

		if (!lx_fd_read_record(watched->record, 1 << 20, "a record", &text, NULL) ||
			count_staying(watched, lx_text_slice(&text)) != N_EVENTS / 4 * 3)
			g_atomic_int_inc(&watched->torn);
	}
	g_atomic_int_inc(&watched->done);
	return NULL;
}

static void watched_init(Watched *watched)
{
	struct epoll_event event = {.events = EPOLLIN};
	g_autofree char *path = NULL;

	watched->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < N_EVENTS; i++) {
		watched->events[i] = eventfd(0, EFD_CLOEXEC);
		ck_assert_int_eq(
			epoll_ctl(watched->epoll, EPOLL_CTL_ADD, watched->events[i], &event), 0);
	}
	path = g_strdup_printf("/proc/self/fdinfo/%d", watched->epoll);
	watched->record = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(watched->record, 0);
}

static void watched_clear(const Watched *watched)
{
	for (int i = 0; i < N_EVENTS; i++)
		close(watched->events[i]);
	close(watched->record);
	close(watched->epoll);
}

START_TEST(a_long_record_comes_in_one_piece_whoever_reads_beside)
{
	GThread *readers[N_READERS], *disturber;
	Watched watched = {0};

	watched_init(&watched);
	disturber = g_thread_new("disturber", come_and_go, &watched);
	for (int i = 0; i < N_READERS; i++)
		readers[i] = g_thread_new("reader", read_often, &watched);
	for (int i = 0; i < N_READERS; i++)
		g_thread_join(readers[i]);
	g_thread_join(disturber);
	ck_assert_int_eq(watched.torn, 0);
	watched_clear(&watched);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_text_of_any_length_is_read_whole,
		a_text_that_is_too_long_is_refused,
		a_long_record_comes_in_one_piece_whoever_reads_beside,
		NULL,
	};

	return unit_suite_new("base/fd", tests);
}
