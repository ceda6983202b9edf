/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Open files and the text that each has been given.
 *
 * The memory holds records and pages. A record names a run of pages twice: `active` says which of
 * the two is the text. A new text is written into free pages, named in the spare half, and then
 * made the active one by a single store: a worker that dies in between leaves the old text or the
 * new. Which pages are free is nowhere written down; every worker derives it from the records it
 * finds, so that nothing can leak by a death. So it does with how many records each container
 * holds.
 *
 * A container may hold at most an eighth as many records as are free: one that wants all gets a
 * ninth, the next one a ninth of what is left, and twenty such still leave the next one a hundred.
 * To ask who opens a file costs system calls that most opens can do without; so nobody is asked as
 * long as three quarters are free, and what was taken until then is in nobody's share.
 */
#include "serve/open_files.h"

#include <stdatomic.h>
#include <string.h>

#define N_RECORDS 16384u
#define FEW_RECORDS (N_RECORDS / 4)
#define FREE_PER_HELD 8u
#define PAGE_BYTES 4096u
#define N_PAGES 65536u /* sparse: a page that was never used costs nothing */
#define N_LOCKS 64u

typedef struct {
	uint32_t first_page;
	uint32_t n_pages;
	uint64_t bytes;
} Run;

typedef struct {
	_Atomic uint32_t in_use;
	_Atomic uint32_t active; /* 0: no text; 1 or 2: runs[active - 1] */
	uint64_t serial;         /* of the handle: a closed handle's record may be another's now */
	uint64_t node;
	uint64_t opener;
	uint64_t container; /* in whose share it counts; 0: in nobody's */
	uint64_t user;      /* see lx_open_files_set_user */
	Run runs[2];
	_Atomic uint32_t has_trigger;
	_Atomic uint32_t polled;
	_Atomic uint32_t event; /* of the trigger, not yet told */
	uint64_t trigger_request;
	_Atomic uint64_t poll_handle;
	uint64_t trigger_container;
	uint32_t connection;
	uint32_t trigger_length;
	char trigger[LX_TRIGGER_MAX_BYTES];
} Record;

typedef struct {
	_Atomic uint64_t serial;
	_Atomic uint32_t end; /* no record at or above it was ever used */
	Record records[N_RECORDS];
	_Alignas(4096) char pages[N_PAGES][PAGE_BYTES];
} Memory;

typedef struct {
	uint64_t container;
	unsigned held;
} Share;

struct LxOpenFiles {
	Memory *memory;
	GMutex lock; /* guards page_used, first_free, count, shares and the taking of records */
	uint8_t page_used[N_PAGES];
	unsigned first_free; /* no record below it is free */
	unsigned count;
	GHashTable *shares;    /* container -> Share, of those that hold some */
	GMutex locks[N_LOCKS]; /* guard a record's text: no lock is held while a text is made */
};

size_t lx_open_files_bytes(void)
{
	return sizeof(Memory);
}

/* Bounds are checked as in a file from a stranger: a dying worker may have written anything. */
static bool run_is_sound(const Run *run)
{
	return run->n_pages <= N_PAGES && run->first_page <= N_PAGES - run->n_pages &&
	       run->bytes <= (uint64_t)run->n_pages * PAGE_BYTES;
}

static const Run *active_run(const Record *record)
{
	uint32_t active = atomic_load(&record->active);

	if (active != 1 && active != 2)
		return NULL;
	return run_is_sound(&record->runs[active - 1]) ? &record->runs[active - 1] : NULL;
}

static void mark(LxOpenFiles *files, const Run *run, uint8_t used)
{
	memset(files->page_used + run->first_page, used, run->n_pages);
}

static unsigned used_records(const Memory *memory)
{
	return MIN(atomic_load(&memory->end), N_RECORDS);
}

static unsigned end_of_records(const LxOpenFiles *files)
{
	return used_records(files->memory);
}

/* ---- Shares ------------------------------------------------------------------------------ */

static bool may_take(const LxOpenFiles *files, uint64_t container)
{
	const Share *share = g_hash_table_lookup(files->shares, &container);

	return !share || share->held < (N_RECORDS - files->count) / FREE_PER_HELD;
}

static void count_up(LxOpenFiles *files, uint64_t container)
{
	Share *share = g_hash_table_lookup(files->shares, &container);

	files->count++;
	if (container == 0)
		return;
	if (!share) {
		share = g_new0(Share, 1);
		share->container = container;
		g_hash_table_add(files->shares, share);
	}
	share->held++;
}

static void count_down(LxOpenFiles *files, uint64_t container)
{
	Share *share = g_hash_table_lookup(files->shares, &container);

	files->count--;
	if (share && --share->held == 0)
		g_hash_table_remove(files->shares, share);
}

bool lx_open_files_are_few(LxOpenFiles *files)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&files->lock);

	return files->count < FEW_RECORDS;
}

/* ---- Records ----------------------------------------------------------------------------- */

static void take_over(LxOpenFiles *files)
{
	for (unsigned i = 0; i < end_of_records(files); i++) {
		Record *record = &files->memory->records[i];
		const Run *run = active_run(record);

		if (!atomic_load(&record->in_use))
			continue;
		count_up(files, record->container);
		if (run)
			mark(files, run, 1);
		else
			atomic_store(&record->active, 0);
	}
}

LxOpenFiles *lx_open_files_new(void *memory)
{
	LxOpenFiles *files = g_new0(LxOpenFiles, 1);

	files->memory = memory;
	g_mutex_init(&files->lock);
	for (unsigned i = 0; i < N_LOCKS; i++)
		g_mutex_init(&files->locks[i]);
	files->shares = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	take_over(files);
	return files;
}

void lx_open_files_free(LxOpenFiles *files)
{
	if (!files)
		return;
	for (unsigned i = 0; i < N_LOCKS; i++)
		g_mutex_clear(&files->locks[i]);
	g_mutex_clear(&files->lock);
	g_hash_table_unref(files->shares);
	g_free(files);
}

/* A handle: the serial above, the record's index below. */
static Record *record_of(LxOpenFiles *files, LxHandle handle)
{
	Record *record = &files->memory->records[handle % N_RECORDS];

	if (handle == 0 || !atomic_load(&record->in_use) || record->serial != handle / N_RECORDS)
		return NULL;
	return record;
}

static GMutex *lock_of(LxOpenFiles *files, LxHandle handle)
{
	return &files->locks[handle % N_LOCKS];
}

static LxHandle handle_of(const Record *record, unsigned index)
{
	return record->serial * N_RECORDS + index;
}

/* What it is opened as stands in it by now. */
static LxHandle start_record(LxOpenFiles *files, unsigned index)
{
	Record *record = &files->memory->records[index];

	atomic_store(&record->active, 0);
	atomic_store(&record->has_trigger, 0);
	atomic_store(&record->polled, 0);
	atomic_store(&record->event, 0);
	if (index >= end_of_records(files))
		atomic_store(&files->memory->end, index + 1);
	record->serial = atomic_fetch_add(&files->memory->serial, 1) + 1;
	atomic_store(&record->in_use, 1);
	files->first_free = index + 1;
	count_up(files, record->container);
	return handle_of(record, index);
}

static Record *find_free(LxOpenFiles *files)
{
	for (; files->first_free < N_RECORDS; files->first_free++)
		if (!atomic_load(&files->memory->records[files->first_free].in_use))
			return &files->memory->records[files->first_free];
	return NULL;
}

LxHandle lx_open_files_open(LxOpenFiles *files, LxNode node, uint64_t opener, uint64_t container)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&files->lock);
	Record *record = may_take(files, container) ? find_free(files) : NULL;

	if (!record)
		return 0;
	record->node = node;
	record->opener = opener;
	record->container = container;
	return start_record(files, files->first_free);
}

LxHandle lx_open_files_find(LxOpenFiles *files, uint64_t opener)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&files->lock);

	for (unsigned i = 0; i < end_of_records(files); i++) {
		const Record *record = &files->memory->records[i];

		if (atomic_load(&record->in_use) && record->opener == opener)
			return handle_of(record, i);
	}
	return 0;
}

void lx_open_files_close(LxOpenFiles *files, LxHandle handle)
{
	g_autoptr(GMutexLocker) text_locker = g_mutex_locker_new(lock_of(files, handle));
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&files->lock);
	Record *record = record_of(files, handle);
	const Run *run;

	if (!record)
		return;
	run = active_run(record);
	atomic_store(&record->in_use, 0);
	if (run)
		mark(files, run, 0);
	files->first_free = MIN(files->first_free, (unsigned)(handle % N_RECORDS));
	count_down(files, record->container);
}

void lx_open_files_set_user(LxOpenFiles *files, LxHandle handle, uint64_t user)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(lock_of(files, handle));
	Record *record = record_of(files, handle);

	if (record)
		record->user = user;
}

bool lx_open_files_is_of(LxOpenFiles *files, LxHandle handle, uint64_t user)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(lock_of(files, handle));
	const Record *record = record_of(files, handle);

	return record && record->user == user;
}

unsigned lx_open_files_count(LxOpenFiles *files)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&files->lock);

	return files->count;
}

bool lx_open_files_are_read(const void *memory)
{
	const Memory *looked_at = memory;

	for (unsigned i = 0; i < used_records(looked_at); i++) {
		const Record *record = &looked_at->records[i];

		if (atomic_load(&record->in_use) && !atomic_load(&record->has_trigger))
			return true;
	}
	return false;
}

/* First fit from the bottom: pages that were used before are used again. */
static bool take_pages(LxOpenFiles *files, size_t bytes, Run *out)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&files->lock);
	uint32_t wanted = (uint32_t)((bytes + PAGE_BYTES - 1) / PAGE_BYTES), free_run = 0;

	*out = (Run){.bytes = bytes};
	if (wanted == 0)
		return true;
	for (uint32_t page = 0; page < N_PAGES; page++) {
		free_run = files->page_used[page] ? 0 : free_run + 1;
		if (free_run < wanted)
			continue;
		*out = (Run){.first_page = page + 1 - wanted, .n_pages = wanted, .bytes = bytes};
		mark(files, out, 1);
		return true;
	}
	return false;
}

static void give_pages(LxOpenFiles *files, const Run *run)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&files->lock);

	mark(files, run, 0);
}

bool lx_open_files_set_text(LxOpenFiles *files, LxHandle handle, const char *text, size_t bytes)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(lock_of(files, handle));
	Record *record = record_of(files, handle);
	const Run *old;
	uint32_t spare;
	Run run, freed = {0};

	if (!record || bytes > (size_t)N_PAGES * PAGE_BYTES || !take_pages(files, bytes, &run))
		return false;
	memcpy(files->memory->pages[run.first_page], text, bytes);
	old = active_run(record);
	if (old)
		freed = *old;
	spare = atomic_load(&record->active) == 1 ? 2 : 1;
	record->runs[spare - 1] = run;
	atomic_store(&record->active, spare);
	give_pages(files, &freed);
	return true;
}

ssize_t lx_open_files_copy(
	LxOpenFiles *files, LxHandle handle, uint64_t offset, size_t size, char **out)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(lock_of(files, handle));
	Record *record = record_of(files, handle);
	const Run *run = record ? active_run(record) : NULL;

	if (!run)
		return -1;
	if (offset >= run->bytes)
		return 0;
	size = MIN(size, run->bytes - offset);
	*out = g_memdup2(files->memory->pages[run->first_page] + offset, size);
	return (ssize_t)size;
}

bool lx_open_files_set_trigger(LxOpenFiles *files, const LxOpenTrigger *trigger)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(lock_of(files, trigger->handle));
	Record *record = record_of(files, trigger->handle);

	if (!record || atomic_load(&record->has_trigger))
		return false;
	record->trigger_container = trigger->container;
	record->trigger_request = trigger->request;
	record->connection = trigger->connection;
	record->trigger_length = MIN(trigger->length, LX_TRIGGER_MAX_BYTES);
	memcpy(record->trigger, trigger->trigger, record->trigger_length);
	atomic_store(&record->has_trigger, 1);
	return true;
}

void lx_open_files_set_poll(LxOpenFiles *files, LxHandle handle, uint64_t poll_handle)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(lock_of(files, handle));
	Record *record = record_of(files, handle);

	if (!record)
		return;
	atomic_store(&record->poll_handle, poll_handle);
	atomic_store(&record->polled, 1);
}

void lx_open_files_note_event(LxOpenFiles *files, LxHandle handle)
{
	Record *record = record_of(files, handle);

	if (record)
		atomic_store(&record->event, 1);
}

bool lx_open_files_has_event(LxOpenFiles *files, LxHandle handle)
{
	const Record *record = record_of(files, handle);

	return record && atomic_load(&record->event);
}

bool lx_open_files_take_event(LxOpenFiles *files, LxHandle handle)
{
	Record *record = record_of(files, handle);

	return record && atomic_exchange(&record->event, 0);
}

/* `polled` before `poll_handle`: set in the other order. */
static void describe_trigger(const Record *record, unsigned index, LxOpenTrigger *out)
{
	bool polled = atomic_load(&record->polled);

	*out = (LxOpenTrigger){
		.handle = handle_of(record, index),
		.node = record->node,
		.container = record->trigger_container,
		.request = record->trigger_request,
		.poll_handle = atomic_load(&record->poll_handle),
		.polled = polled,
		.connection = record->connection,
		.length = MIN(record->trigger_length, LX_TRIGGER_MAX_BYTES),
	};
	memcpy(out->trigger, record->trigger, out->length);
}

bool lx_open_files_get_trigger(LxOpenFiles *files, LxHandle handle, LxOpenTrigger *out)
{
	const Record *record = record_of(files, handle);

	if (!record || !atomic_load(&record->has_trigger))
		return false;
	describe_trigger(record, (unsigned)(handle % N_RECORDS), out);
	return true;
}

bool lx_open_files_next_trigger(LxOpenFiles *files, unsigned *cursor, LxOpenTrigger *out)
{
	for (; *cursor < end_of_records(files); (*cursor)++) {
		const Record *record = &files->memory->records[*cursor];

		if (!atomic_load(&record->in_use) || !atomic_load(&record->has_trigger))
			continue;
		describe_trigger(record, *cursor, out);
		(*cursor)++;
		return true;
	}
	return false;
}
