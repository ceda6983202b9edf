/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "history/history.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEC UINT64_C(1000000000)
#define ID 77

typedef struct {
	size_t bytes;
	void *at;
} Memory;

static Memory memory_new(unsigned n_containers, unsigned n_cpus)
{
	size_t bytes = lx_history_bytes(n_containers, n_cpus);
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(at, MAP_FAILED);
	return (Memory){bytes, at};
}

static LxCpuset first_cpus(unsigned n)
{
	LxCpuset set = {0};

	for (unsigned i = 0; i < n; i++)
		lx_cpuset_add(&set, i);
	return set;
}

/* Started at second 10; used and now in seconds. */
static LxHistoryView look(
	LxHistory *history, uint64_t id, unsigned n_visible, uint64_t used, uint64_t now)
{
	LxCpuset visible = first_cpus(n_visible);
	LxCpuUsage usage = {.total = {.usage_nsec = used * SEC, .user_nsec = used * SEC}};
	LxCpuSample sample = {&usage, &visible, 10 * SEC, now * SEC};
	LxLifetime lifetime = lx_lifetime_at(10 * SEC, now * SEC, (1000 + now) * SEC);
	LxHistoryView view = {0};

	lifetime.processes = now;
	lx_history_advance(history, id, &sample, &lifetime, &view);
	return view;
}

static void look_shows(const char *when, LxHistoryView view, const char *text)
{
	g_autofree char *told = g_strdup_printf("user %g idle %g up %g btime %" G_GUINT64_FORMAT
						" processes %" G_GUINT64_FORMAT,
		(double)view.times.total.busy.user_nsec / SEC,
		(double)view.times.total.idle_nsec / SEC, (double)view.lifetime.uptime_nsec / SEC,
		view.lifetime.btime_sec, view.lifetime.processes);

	ck_assert_msg(strcmp(told, text) == 0, "%s: %s instead of %s", when, told, text);
	lx_history_view_clear(&view);
}

START_TEST(containers_are_told_apart)
{
	Memory memory = memory_new(4, 4);
	LxHistory *history = lx_history_new(memory.at, memory.bytes, 4);

	look_shows(
		"one", look(history, 1, 2, 5, 20), "user 5 idle 15 up 10 btime 1010 processes 20");
	look_shows(
		"two", look(history, 2, 1, 1, 20), "user 1 idle 9 up 10 btime 1010 processes 20");
	look_shows(
		"one", look(history, 1, 2, 6, 21), "user 6 idle 16 up 11 btime 1010 processes 21");
	lx_history_free(history);
	munmap(memory.at, memory.bytes);
}
END_TEST

START_TEST(a_successor_carries_on)
{
	Memory memory = memory_new(4, 4);
	LxHistory *history = lx_history_new(memory.at, memory.bytes, 4);

	look_shows("before", look(history, ID, 2, 15, 20),
		"user 15 idle 5 up 10 btime 1010 processes 20");
	lx_history_free(history);
	history = lx_history_new(memory.at, memory.bytes, 4);
	look_shows("after, one CPU less", look(history, ID, 1, 16, 30),
		"user 16 idle 14 up 20 btime 1010 processes 30");
	look_shows("late", look(history, ID, 1, 15, 29),
		"user 16 idle 14 up 20 btime 1010 processes 30");
	lx_history_free(history);
	munmap(memory.at, memory.bytes);
}
END_TEST

START_TEST(another_number_of_cpus_is_begun_anew)
{
	Memory memory = memory_new(16, 4);
	LxHistory *history = lx_history_new(memory.at, memory.bytes, 4);

	look_shows("before", look(history, ID, 2, 15, 20),
		"user 15 idle 5 up 10 btime 1010 processes 20");
	lx_history_free(history);
	history = lx_history_new(memory.at, memory.bytes, 8);
	look_shows("after", look(history, ID, 1, 3, 30),
		"user 3 idle 17 up 20 btime 1010 processes 30");
	lx_history_free(history);
	munmap(memory.at, memory.bytes);
}
END_TEST

START_TEST(a_record_that_was_evicted_leaves_nothing_to_its_heir)
{
	Memory memory = memory_new(1, 4);
	LxHistory *history = lx_history_new(memory.at, memory.bytes, 4);

	for (uint64_t id = 1; id < 50; id++)
		look_shows("a fresh one", look(history, id, 4, 1, 20),
			"user 1 idle 39 up 10 btime 1010 processes 20");
	lx_history_free(history);
	munmap(memory.at, memory.bytes);
}
END_TEST

START_TEST(rows_of_256_cpus_are_kept)
{
	Memory memory = memory_new(2, 256);
	LxHistory *history = lx_history_new(memory.at, memory.bytes, 256);
	LxHistoryView view = look(history, ID, 256, 2555, 20);

	ck_assert_uint_eq(view.times.n_rows, 256);
	ck_assert_uint_eq(view.times.rows[254].time.busy.user_nsec, 10 * SEC);
	ck_assert_uint_eq(view.times.rows[255].time.busy.user_nsec, 5 * SEC);
	ck_assert_uint_eq(view.times.rows[255].time.idle_nsec, 5 * SEC);
	lx_history_view_clear(&view);
	lx_history_free(history);
	munmap(memory.at, memory.bytes);
}
END_TEST

START_TEST(task_counts_are_kept_while_they_are_fresh)
{
	Memory memory = memory_new(2, 1);
	LxHistory *history = lx_history_new(memory.at, memory.bytes, 1);
	LxTaskCounts counts = {1, 2, 3, 4}, got = {0};

	ck_assert(!lx_history_task_counts(history, ID, 10 * SEC, &got));
	lx_history_keep_task_counts(history, ID, &counts, 10 * SEC, SEC);
	ck_assert(lx_history_task_counts(history, ID, 10 * SEC, &got));
	ck_assert_int_eq(memcmp(&got, &counts, sizeof got), 0);
	ck_assert(lx_history_task_counts(history, ID, 11 * SEC - 1, &got));
	ck_assert(!lx_history_task_counts(history, ID, 11 * SEC, &got));
	/* its record goes to others, its counts do not */
	lx_history_keep_task_counts(history, ID, &counts, 12 * SEC, 100 * SEC);
	for (uint64_t id = 1; id < 4; id++)
		ck_assert(!lx_history_task_counts(history, id, 13 * SEC, &got));
	lx_history_free(history);
	munmap(memory.at, memory.bytes);
}
END_TEST

/* A child that does nothing but take steps: 1 second, half of it used, on 3 CPUs. */
static void take_steps(const Memory *memory, uint64_t from)
{
	LxHistory *history = lx_history_new(memory->at, memory->bytes, 64);

	for (uint64_t now = from;; now++) {
		LxHistoryView view = look(history, ID, 3, (now - 10) / 2, now);

		lx_history_view_clear(&view);
	}
}

/* The rows' sums all are what passed, or the record is torn. */
static uint64_t age_of_rows(LxHistory *history)
{
	LxHistoryView view = look(history, ID, 3, 0, 0);
	uint64_t sums[3];

	ck_assert_uint_eq(view.times.n_rows, 3);
	for (int i = 0; i < 3; i++) {
		const LxCpuTime *time = &view.times.rows[i].time;

		sums[i] = lx_cpu_busy_nsec(&time->busy) + time->idle_nsec;
	}
	ck_assert_uint_eq(sums[0], sums[1]);
	ck_assert_uint_eq(sums[0], sums[2]);
	ck_assert_uint_eq(view.lifetime.uptime_nsec, sums[0]);
	lx_history_view_clear(&view);
	return sums[0];
}

START_TEST(a_process_killed_at_any_moment_leaves_a_whole_record)
{
	Memory memory = memory_new(4, 64);
	uint64_t age = 0;

	for (int i = 0; i < 40; i++) {
		pid_t child = fork();
		LxHistory *history;

		if (child == 0)
			take_steps(&memory, 11 + age / SEC);
		g_usleep((gulong)(1000 + i * 37));
		kill(child, SIGKILL);
		ck_assert_int_eq(waitpid(child, NULL, 0), child);
		history = lx_history_new(memory.at, memory.bytes, 64);
		ck_assert_uint_ge(age_of_rows(history), age);
		age = age_of_rows(history);
		lx_history_free(history);
	}
	ck_assert_uint_gt(age, 0);
	munmap(memory.at, memory.bytes);
}
END_TEST

typedef struct {
	LxHistory *history;
	unsigned number;
	bool went_back;
} Reader;

static gpointer read_on(gpointer data)
{
	Reader *reader = data;
	LxHistoryView before = {0};

	for (uint64_t i = 0; i < 3000; i++) {
		LxHistoryView view = look(reader->history, ID, 1 + (unsigned)i % 3,
			i + reader->number % 2, 11 + i - i % (1 + reader->number));

		if (view.times.total.busy.user_nsec < before.times.total.busy.user_nsec ||
			view.times.total.idle_nsec < before.times.total.idle_nsec)
			reader->went_back = true;
		lx_history_view_clear(&before);
		before = view;
	}
	lx_history_view_clear(&before);
	return NULL;
}

START_TEST(nothing_goes_back_for_readers_that_race)
{
	Memory memory = memory_new(4, 4);
	LxHistory *history = lx_history_new(memory.at, memory.bytes, 4);
	Reader readers[4];
	GThread *threads[4];

	for (unsigned i = 0; i < 4; i++) {
		readers[i] = (Reader){history, i, false};
		threads[i] = g_thread_new("read", read_on, &readers[i]);
	}
	for (unsigned i = 0; i < 4; i++) {
		g_thread_join(threads[i]);
		ck_assert(!readers[i].went_back);
	}
	lx_history_free(history);
	munmap(memory.at, memory.bytes);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		containers_are_told_apart,
		a_successor_carries_on,
		another_number_of_cpus_is_begun_anew,
		a_record_that_was_evicted_leaves_nothing_to_its_heir,
		rows_of_256_cpus_are_kept,
		task_counts_are_kept_while_they_are_fresh,
		a_process_killed_at_any_moment_leaves_a_whole_record,
		nothing_goes_back_for_readers_that_race,
		NULL,
	};

	return unit_suite_new("history/history", tests);
}
