/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many tasks of each cgroup run or are blocked, counted from the records of a pass. */
#include "sweep/headcount.h"

#include "sweep/record.h"

#include <errno.h>
#include <unistd.h>

#define RECORDS_AT_ONCE 512

typedef struct {
	uint64_t id;
	LxActiveTasks active;
} Row;

struct LxHeadcount {
	GHashTable *rows; /* of Row, by its id */
};

LxHeadcount *lx_headcount_new(void)
{
	LxHeadcount *headcount = g_new0(LxHeadcount, 1);

	headcount->rows = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	return headcount;
}

void lx_headcount_free(LxHeadcount *headcount)
{
	if (!headcount)
		return;
	g_hash_table_unref(headcount->rows);
	g_free(headcount);
}

void lx_headcount_expect(LxHeadcount *headcount, uint64_t id)
{
	Row *row = g_new0(Row, 1);

	row->id = id;
	g_hash_table_replace(headcount->rows, &row->id, row);
}

static void count_record(LxHeadcount *headcount, const LxSweepRecord *record)
{
	uint64_t id = record->id;
	Row *row = g_hash_table_lookup(headcount->rows, &id);

	if (row && record->letter == 'R')
		row->active.running++;
	if (row && record->letter == 'D')
		row->active.blocked++;
}

/*
 * EAGAIN is what the kernel says after a million tasks that the program had nothing to say of; the
 * next read carries on there.
 */
static ssize_t read_some(int fd, LxSweepRecord *records, size_t bytes)
{
	ssize_t got;

	do
		got = read(fd, records, bytes);
	while (got < 0 && (errno == EINTR || errno == EAGAIN));
	return got;
}

bool lx_headcount_read(LxHeadcount *headcount, int fd, GError **error)
{
	LxSweepRecord records[RECORDS_AT_ONCE];
	ssize_t got;

	while ((got = read_some(fd, records, sizeof records)) > 0) {
		size_t n = (size_t)got / sizeof *records;

		if ((size_t)got % sizeof *records != 0) {
			lx_error_set(error, EIO, "reading records of tasks: one is cut short");
			return false;
		}
		for (size_t i = 0; i < n; i++)
			count_record(headcount, &records[i]);
	}
	if (got == 0)
		return true;
	lx_error_set_errno(error, errno, "reading records of tasks");
	return false;
}

bool lx_headcount_find(const LxHeadcount *headcount, uint64_t id, LxActiveTasks *out)
{
	const Row *row = g_hash_table_lookup(headcount->rows, &id);

	if (!row)
		return false;
	*out = row->active;
	return true;
}
