/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "base/fd.h"
#include "sweep/headcount.h"
#include "sweep/record.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define ID UINT64_C(0x0500000000000abc)
#define OTHER UINT64_C(0x0800000000000abc) /* of another hierarchy */

/* A file that holds these bytes, read from its beginning. */
static int file_of(const void *bytes, size_t n)
{
	int fd = memfd_create("records", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void headcount_reads(LxHeadcount *headcount, const LxSweepRecord *records, size_t n)
{
	g_auto(LxFd) fd = file_of(records, n * sizeof *records);
	g_autoptr(GError) error = NULL;

	unit_ok(lx_headcount_read(headcount, fd, &error), error);
}

static void found(const LxHeadcount *headcount, uint64_t id, unsigned running, unsigned blocked)
{
	LxActiveTasks active = {77, 77};

	ck_assert(lx_headcount_find(headcount, id, &active));
	ck_assert_uint_eq(active.running, running);
	ck_assert_uint_eq(active.blocked, blocked);
}

START_TEST(running_and_blocked_are_counted_by_cgroup)
{
	const LxSweepRecord records[] = {{ID, 'R', 0}, {OTHER, 'R', 0}, {ID, 'D', 0}, {ID, 'R', 0}};
	g_autoptr(LxHeadcount) headcount = lx_headcount_new();

	lx_headcount_expect(headcount, ID);
	lx_headcount_expect(headcount, OTHER);
	headcount_reads(headcount, records, G_N_ELEMENTS(records));
	found(headcount, ID, 2, 1);
	found(headcount, OTHER, 1, 0);
}
END_TEST

START_TEST(what_nobody_asked_for_is_not_kept)
{
	const LxSweepRecord records[] = {{OTHER, 'R', 0}};
	g_autoptr(LxHeadcount) headcount = lx_headcount_new();
	LxActiveTasks active = {7, 7};

	lx_headcount_expect(headcount, ID);
	headcount_reads(headcount, records, G_N_ELEMENTS(records));
	ck_assert(!lx_headcount_find(headcount, OTHER, &active));
	ck_assert_uint_eq(active.running, 7);
	found(headcount, ID, 0, 0);
}
END_TEST

START_TEST(other_letters_count_for_nothing)
{
	const LxSweepRecord records[] = {{ID, 'S', 0}, {ID, 0, 0}, {ID, UINT_MAX, 0}};
	g_autoptr(LxHeadcount) headcount = lx_headcount_new();

	lx_headcount_expect(headcount, ID);
	headcount_reads(headcount, records, G_N_ELEMENTS(records));
	found(headcount, ID, 0, 0);
}
END_TEST

START_TEST(no_tasks_are_none)
{
	g_autoptr(LxHeadcount) headcount = lx_headcount_new();

	lx_headcount_expect(headcount, ID);
	headcount_reads(headcount, NULL, 0);
	found(headcount, ID, 0, 0);
}
END_TEST

START_TEST(more_records_than_one_read_takes_are_all_counted)
{
	g_autofree LxSweepRecord *records = g_new0(LxSweepRecord, 5000);
	g_autoptr(LxHeadcount) headcount = lx_headcount_new();

	for (unsigned i = 0; i < 5000; i++)
		records[i] = (LxSweepRecord){ID, i % 5 ? 'R' : 'D', 0};
	lx_headcount_expect(headcount, ID);
	headcount_reads(headcount, records, 5000);
	found(headcount, ID, 4000, 1000);
}
END_TEST

START_TEST(a_record_that_is_cut_short_is_an_error)
{
	const LxSweepRecord records[] = {{ID, 'R', 0}, {ID, 'R', 0}};
	g_auto(LxFd) fd = file_of(records, sizeof records - 1);
	g_autoptr(LxHeadcount) headcount = lx_headcount_new();
	g_autoptr(GError) error = NULL;

	unit_fails(lx_headcount_read(headcount, fd, &error), error, EIO, "cut short");
}
END_TEST

START_TEST(what_cannot_be_read_is_an_error)
{
	g_autoptr(LxHeadcount) headcount = lx_headcount_new();
	g_autoptr(GError) error = NULL;

	unit_fails(lx_headcount_read(headcount, -1, &error), error, EBADF, "records of tasks");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		running_and_blocked_are_counted_by_cgroup,
		what_nobody_asked_for_is_not_kept,
		other_letters_count_for_nothing,
		no_tasks_are_none,
		more_records_than_one_read_takes_are_all_counted,
		a_record_that_is_cut_short_is_an_error,
		what_cannot_be_read_is_an_error,
		NULL,
	};

	return unit_suite_new("sweep/headcount", tests);
}
