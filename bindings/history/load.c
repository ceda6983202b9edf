/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Load averages. What they are lives in records; which containers are to be sampled is known to
 * this process alone: after a restart a container is sampled again once it is asked about, and the
 * ticks that were missed are made up for with the tasks that it has then.
 */
#include "history/load.h"

#include "base/number.h"
#include "history/records.h"

#define KIND 2
#define VERSION 1
#define WATCHED_NSEC (UINT64_C(15) * 60 * 1000000000)
/* A timer that fires a little early must not miss its tick. */
#define EARLY_NSEC (UINT64_C(1000000000))

/* One copy of a record. */
typedef struct {
	LxLoadAverage average;
	uint64_t tick_nsec; /* up to when it is averaged */
} Averaged;

typedef struct {
	LxContainer *container; /* a reference */
	uint64_t id;
	uint64_t asked_nsec;
	LxLoadSample last;
	LxLoadLook look; /* of the copy that is being sampled */
} Watch;

struct LxLoad {
	LxRecords *records;
	GMutex lock;         /* guards watched; never held while counting */
	GHashTable *watched; /* of Watch, by its id */
};

static void watch_free(gpointer data)
{
	Watch *watch = data;

	lx_container_unref(watch->container);
	g_free(watch);
}

size_t lx_load_bytes(unsigned n_containers)
{
	return lx_records_bytes(n_containers, sizeof(Averaged));
}

LxLoad *lx_load_new(void *memory, size_t bytes)
{
	LxRecordsFormat format = {KIND, VERSION, sizeof(Averaged)};
	LxLoad *load = g_new0(LxLoad, 1);

	load->records = lx_records_new(memory, bytes, &format);
	g_mutex_init(&load->lock);
	load->watched = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, watch_free);
	return load;
}

void lx_load_free(LxLoad *load)
{
	if (!load)
		return;
	g_hash_table_unref(load->watched);
	g_mutex_clear(&load->lock);
	lx_records_free(load->records);
	g_free(load);
}

/* `until_nsec` is when the last tick to be counted may lie. */
static LxLoadAverage average_until(
	LxLoad *load, uint64_t id, unsigned active, uint64_t now_nsec, uint64_t until_nsec)
{
	LxRecord record = lx_records_open(load->records, id, now_nsec);
	const Averaged *now = record.now;
	Averaged next = {lx_load_average_of(active), now_nsec};
	uint64_t ticks;

	if (now) {
		ticks = lx_number_sub(until_nsec, now->tick_nsec) / LX_LOAD_AVERAGE_TICK_NSEC;
		next.average = lx_load_average_advance(&now->average, active, ticks);
		next.tick_nsec = now->tick_nsec + ticks * LX_LOAD_AVERAGE_TICK_NSEC;
	}
	*(Averaged *)record.next = next;
	lx_record_commit(&record);
	lx_record_close(&record);
	return next.average;
}

/* The newest object for a container is the one to keep: its init may have moved. */
static void watch(LxLoad *load, LxContainer *container, uint64_t id, uint64_t now_nsec)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&load->lock);
	Watch *known = g_hash_table_lookup(load->watched, &id);

	if (!known && g_hash_table_size(load->watched) >= lx_records_n(load->records))
		return;
	if (!known || known->container != container) {
		known = g_new0(Watch, 1);
		known->container = lx_container_ref(container);
		known->id = id;
		g_hash_table_replace(load->watched, &known->id, known);
	}
	known->asked_nsec = now_nsec;
}

LxLoadAverage lx_load_read(LxLoad *load, LxContainer *container, unsigned active, uint64_t now_nsec)
{
	uint64_t id = lx_cgroup_id(container->cgroup);

	watch(load, container, id, now_nsec);
	return average_until(load, id, active, now_nsec, now_nsec);
}

static gboolean is_forgotten(gpointer key, gpointer value, gpointer now_nsec)
{
	const Watch *known = value;

	return lx_number_sub(*(const uint64_t *)now_nsec, known->asked_nsec) > WATCHED_NSEC;
}

static void clear_watch(gpointer data)
{
	lx_container_unref(((Watch *)data)->container);
}

/* Copies of what to sample now; those that nobody asked about lately are let go. */
static GArray *to_sample(LxLoad *load, uint64_t now_nsec)
{
	GArray *due = g_array_new(FALSE, FALSE, sizeof(Watch));
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&load->lock);
	GHashTableIter iter;
	gpointer value;

	g_array_set_clear_func(due, clear_watch);
	g_hash_table_foreach_remove(load->watched, is_forgotten, &now_nsec);
	g_hash_table_iter_init(&iter, load->watched);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Watch copy = *(const Watch *)value;

		lx_container_ref(copy.container);
		g_array_append_val(due, copy);
	}
	return due;
}

static void keep_sample(LxLoad *load, const Watch *sampled)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&load->lock);
	Watch *known = g_hash_table_lookup(load->watched, &sampled->id);

	if (known && known->container == sampled->container)
		known->last = sampled->last;
}

static void unwatch(LxLoad *load, const LxContainer *container, uint64_t id)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&load->lock);
	const Watch *known = g_hash_table_lookup(load->watched, &id);

	if (known && known->container == container)
		g_hash_table_remove(load->watched, &id);
}

static bool is_there(Watch *watch, const LxLoadCounter *counter, gpointer data)
{
	if (watch->look == LX_LOAD_CHANGED)
		return counter->count(watch->container, &watch->last, data);
	return watch->look == LX_LOAD_SAME;
}

static void take_sample(LxLoad *load, const Watch *watch, uint64_t now_nsec)
{
	average_until(load, watch->id, watch->last.running + watch->last.blocked, now_nsec,
		now_nsec + EARLY_NSEC);
	keep_sample(load, watch);
}

void lx_load_sample(LxLoad *load, uint64_t now_nsec, const LxLoadCounter *counter, gpointer data)
{
	g_autoptr(GArray) due = to_sample(load, now_nsec);

	for (guint i = 0; i < due->len; i++) {
		Watch *watch = &g_array_index(due, Watch, i);

		watch->look = counter->look(watch->container, &watch->last, data);
	}
	for (guint i = 0; i < due->len; i++) {
		Watch *watch = &g_array_index(due, Watch, i);

		if (is_there(watch, counter, data))
			take_sample(load, watch, now_nsec);
		else
			unwatch(load, watch->container, watch->id);
	}
}

bool lx_load_release(LxLoad *load)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&load->lock);
	bool any = g_hash_table_size(load->watched) > 0;

	g_hash_table_remove_all(load->watched);
	return any;
}

unsigned lx_load_n_watched(LxLoad *load)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&load->lock);

	return g_hash_table_size(load->watched);
}
