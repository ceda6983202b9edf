/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPU time and age as each container was shown them. */
#include "history/history.h"

#include "base/number.h"
#include "history/records.h"

#define KIND 1
#define VERSION 1

/* One copy of a record. */
typedef struct {
	LxLifetime lifetime;
	LxCpuTimeState cpu; /* its rows follow */
} Shown;

typedef struct {
	uint64_t id;
	uint64_t counted_nsec;
	uint64_t fresh_nsec;
	LxTaskCounts counts;
} Counted;

struct LxHistory {
	LxRecords *records;
	unsigned n_cpus;
	Counted *counted; /* by index of the record, guarded by its being open */
};

static size_t shown_bytes(unsigned n_cpus)
{
	return offsetof(Shown, cpu) + lx_cpu_time_bytes(n_cpus);
}

size_t lx_history_bytes(unsigned n_containers, unsigned n_cpus)
{
	return lx_records_bytes(n_containers, shown_bytes(n_cpus));
}

LxHistory *lx_history_new(void *memory, size_t bytes, unsigned n_cpus)
{
	LxRecordsFormat format = {KIND, VERSION, shown_bytes(n_cpus)};
	LxHistory *history = g_new0(LxHistory, 1);

	history->n_cpus = n_cpus;
	history->records = lx_records_new(memory, bytes, &format);
	history->counted = g_new0(Counted, lx_records_n(history->records));
	return history;
}

void lx_history_free(LxHistory *history)
{
	if (!history)
		return;
	lx_records_free(history->records);
	g_free(history->counted);
	g_free(history);
}

/* Only the rows in use are copied: the rest of a record stays untouched memory. */
static Shown *next_of(const LxHistory *history, const LxRecord *record)
{
	const Shown *now = record->now;
	Shown *next = record->next;

	if (now && now->cpu.max_rows == history->n_cpus && now->cpu.n_rows <= history->n_cpus) {
		memcpy(next, now, offsetof(Shown, cpu) + lx_cpu_time_used_bytes(&now->cpu));
	} else {
		memset(next, 0, sizeof *next);
		next->cpu.max_rows = history->n_cpus;
	}
	return next;
}

void lx_history_advance(LxHistory *history, uint64_t id, const LxCpuSample *sample,
	const LxLifetime *lifetime, LxHistoryView *out)
{
	LxRecord record = lx_records_open(history->records, id, sample->now_nsec);
	Shown *next = next_of(history, &record);

	lx_cpu_time_advance(&next->cpu, sample);
	next->lifetime = lx_lifetime_advance(&next->lifetime, lifetime);
	lx_record_commit(&record);
	lx_cpu_time_show(&next->cpu, sample->visible, &out->times);
	out->lifetime = next->lifetime;
	lx_record_close(&record);
}

bool lx_history_task_counts(LxHistory *history, uint64_t id, uint64_t now_nsec, LxTaskCounts *out)
{
	LxRecord record = lx_records_open(history->records, id, now_nsec);
	const Counted *counted = &history->counted[record.index];
	bool fresh = counted->id == id && counted->fresh_nsec > 0 &&
		     lx_number_sub(now_nsec, counted->counted_nsec) < counted->fresh_nsec;

	if (fresh)
		*out = counted->counts;
	lx_record_close(&record);
	return fresh;
}

void lx_history_keep_task_counts(LxHistory *history, uint64_t id, const LxTaskCounts *counts,
	uint64_t now_nsec, uint64_t fresh_nsec)
{
	LxRecord record = lx_records_open(history->records, id, now_nsec);

	history->counted[record.index] = (Counted){id, now_nsec, fresh_nsec, *counts};
	lx_record_close(&record);
}
