/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of containers in memory that may outlive the process.
 *
 * The memory: a header, a table of entries (id, when opened last, which copy is valid), then two
 * copies for each entry. The table lies apart, so that looking for an id does not touch the copies:
 * reading a hole of a memfd through a mapping fills it with a page.
 *
 * A process may be killed between any two stores, and the successor sees what was stored until
 * then. So the order of stores is the whole protocol: an entry is without an id while it changes
 * hands; a copy is complete before the entry points to it; the header's magic is written last.
 */
#include "history/records.h"

#include <string.h>

#define MAGIC UINT64_C(0x4c58465352454331)
#define LINE_BYTES 64
#define OWN_RECORDS 16
#define NO_COPY 2u

typedef struct {
	uint64_t magic; /* atomic */
	uint32_t kind;
	uint32_t version;
	uint64_t copy_bytes;
	uint64_t n_records;
	uint8_t unused[LINE_BYTES - 32];
} Header;

typedef struct {
	uint64_t id; /* atomic; 0: free */
	uint64_t opened_nsec;
	uint32_t copy; /* atomic; the valid one of two, or NO_COPY */
	uint32_t unused;
} Entry;

/* What this process knows of an entry. */
typedef struct {
	GMutex lock; /* held while the record is open */
	uint64_t id; /* written under both locks, read under either */
} Keeper;

struct LxRecords {
	void *own; /* the memory, where the caller's is too small */
	Header *header;
	Entry *entries; /* ids and opened_nsec are written under `lock` */
	uint8_t *copies;
	size_t copy_bytes;
	unsigned n_records;
	GMutex lock;       /* guards by_id; taken before a keeper's lock, never after */
	GHashTable *by_id; /* of Keeper, by its id */
	Keeper *keepers;
};

static size_t rounded(size_t bytes)
{
	return (bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
}

static size_t entry_bytes(size_t copy_bytes)
{
	return sizeof(Entry) + 2 * rounded(copy_bytes);
}

size_t lx_records_bytes(unsigned n_records, size_t copy_bytes)
{
	return sizeof(Header) + LINE_BYTES + rounded(n_records * entry_bytes(copy_bytes));
}

static unsigned n_fitting(size_t bytes, size_t copy_bytes)
{
	if (bytes < sizeof(Header) + LINE_BYTES)
		return 0;
	return (unsigned)MIN(
		(bytes - sizeof(Header) - LINE_BYTES) / entry_bytes(copy_bytes), G_MAXINT);
}

static bool is_carried_on(const LxRecords *records, const LxRecordsFormat *format)
{
	const Header *header = records->header;

	return header->magic == MAGIC && header->kind == format->kind &&
	       header->version == format->version && header->copy_bytes == records->copy_bytes &&
	       header->n_records == records->n_records;
}

/* New memory is zero, and stays untouched. */
static void begin_anew(LxRecords *records, const LxRecordsFormat *format)
{
	static const Header nothing;
	Header *header = records->header;

	if (memcmp(header, &nothing, sizeof nothing) != 0) {
		__atomic_store_n(&header->magic, 0, __ATOMIC_SEQ_CST);
		memset(records->entries, 0, records->n_records * sizeof(Entry));
	}
	header->kind = format->kind;
	header->version = format->version;
	header->copy_bytes = records->copy_bytes;
	header->n_records = records->n_records;
	__atomic_store_n(&header->magic, MAGIC, __ATOMIC_SEQ_CST);
}

/* The first record of an id is its record, whatever a broken memory says. */
static void take_over(LxRecords *records)
{
	for (unsigned i = 0; i < records->n_records; i++) {
		Keeper *keeper = &records->keepers[i];

		keeper->id = records->entries[i].id;
		if (keeper->id && !g_hash_table_contains(records->by_id, &keeper->id))
			g_hash_table_insert(records->by_id, &keeper->id, keeper);
		else
			keeper->id = 0;
	}
}

LxRecords *lx_records_new(void *memory, size_t bytes, const LxRecordsFormat *format)
{
	LxRecords *records = g_new0(LxRecords, 1);

	records->copy_bytes = rounded(format->copy_bytes);
	if (n_fitting(bytes, records->copy_bytes) == 0) {
		bytes = lx_records_bytes(OWN_RECORDS, records->copy_bytes);
		memory = records->own = g_malloc0(bytes);
	}
	records->n_records = n_fitting(bytes, records->copy_bytes);
	records->header = memory;
	records->entries = (Entry *)(records->header + 1);
	records->copies = (uint8_t *)records->entries + rounded(records->n_records * sizeof(Entry));
	records->keepers = g_new0(Keeper, records->n_records);
	records->by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
	g_mutex_init(&records->lock);
	if (!is_carried_on(records, format))
		begin_anew(records, format);
	take_over(records);
	return records;
}

void lx_records_free(LxRecords *records)
{
	if (!records)
		return;
	for (unsigned i = 0; i < records->n_records; i++)
		g_mutex_clear(&records->keepers[i].lock);
	g_hash_table_unref(records->by_id);
	g_mutex_clear(&records->lock);
	g_free(records->keepers);
	g_free(records->own);
	g_free(records);
}

unsigned lx_records_n(const LxRecords *records)
{
	return records->n_records;
}

/* A free entry, else the one opened longest ago. */
static unsigned entry_to_give(const LxRecords *records)
{
	unsigned oldest = 0;

	for (unsigned i = 0; i < records->n_records; i++) {
		if (records->keepers[i].id == 0)
			return i;
		if (records->entries[i].opened_nsec < records->entries[oldest].opened_nsec)
			oldest = i;
	}
	return oldest;
}

/* Called under `lock`. Whoever has the old record open is waited for: nobody holds one across IO.
 */
static unsigned give_entry(LxRecords *records, uint64_t id)
{
	unsigned index = entry_to_give(records);
	Keeper *keeper = &records->keepers[index];
	Entry *entry = &records->entries[index];

	g_mutex_lock(&keeper->lock);
	if (keeper->id)
		g_hash_table_remove(records->by_id, &keeper->id);
	__atomic_store_n(&entry->id, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&entry->copy, NO_COPY, __ATOMIC_SEQ_CST);
	__atomic_store_n(&entry->id, id, __ATOMIC_SEQ_CST);
	keeper->id = id;
	g_hash_table_insert(records->by_id, &keeper->id, keeper);
	g_mutex_unlock(&keeper->lock);
	return index;
}

static unsigned find_entry(LxRecords *records, uint64_t id, uint64_t now_nsec)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&records->lock);
	Keeper *keeper = g_hash_table_lookup(records->by_id, &id);
	unsigned index = keeper ? (unsigned)(keeper - records->keepers) : give_entry(records, id);

	records->entries[index].opened_nsec = now_nsec;
	return index;
}

static uint8_t *copy_at(const LxRecords *records, unsigned index, unsigned copy)
{
	return records->copies + ((size_t)index * 2 + copy) * records->copy_bytes;
}

LxRecord lx_records_open(LxRecords *records, uint64_t id, uint64_t now_nsec)
{
	LxRecord record = {.records = records};
	uint32_t copy;

	id = id ? id : UINT64_MAX;
	for (;;) {
		record.index = find_entry(records, id, now_nsec);
		g_mutex_lock(&records->keepers[record.index].lock);
		if (records->keepers[record.index].id == id)
			break;
		g_mutex_unlock(&records->keepers[record.index].lock);
	}
	copy = __atomic_load_n(&records->entries[record.index].copy, __ATOMIC_SEQ_CST);
	record.now = copy < NO_COPY ? copy_at(records, record.index, copy) : NULL;
	record.next = copy_at(records, record.index, copy == 0);
	return record;
}

void lx_record_commit(const LxRecord *record)
{
	LxRecords *records = record->records;
	bool second = record->next == copy_at(records, record->index, 1);

	__atomic_store_n(&records->entries[record->index].copy, second, __ATOMIC_SEQ_CST);
}

void lx_record_close(const LxRecord *record)
{
	g_mutex_unlock(&record->records->keepers[record->index].lock);
}
