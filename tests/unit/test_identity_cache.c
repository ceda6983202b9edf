/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include <poll.h>
#include <unistd.h>

#include "identity/cache.h"

static LxCache *cache_of(unsigned max)
{
	g_autoptr(GError) error = NULL;
	LxCache *cache = lx_cache_new(max, &error);

	ck_assert_msg(cache != NULL, "%s", error ? error->message : "");
	return cache;
}

static LxCacheKey by_inode(uint64_t inode)
{
	return (LxCacheKey){LX_CACHED_PID_NAMESPACE, inode, NULL};
}

/* `watched` is taken over. */
static void add(LxCache *cache, LxCacheKey key, int watched)
{
	LxCacheEntry *entry = lx_cache_entry_new(&key);

	entry->watched = watched;
	lx_cache_entry_unref(lx_cache_add(cache, entry));
}

static bool has(LxCache *cache, LxCacheKey key)
{
	g_autoptr(LxCacheEntry) entry = lx_cache_get(cache, &key);

	return entry != NULL;
}

START_TEST(an_entry_is_found_by_kind_inode_and_name)
{
	g_autoptr(LxCache) cache = cache_of(10);
	char name[] = "/a";

	add(cache, by_inode(7), -1);
	add(cache, (LxCacheKey){LX_CACHED_CGROUP, 0, name}, -1);
	name[1] = 'b';
	ck_assert(has(cache, by_inode(7)));
	ck_assert(!has(cache, by_inode(8)));
	ck_assert(!has(cache, (LxCacheKey){LX_CACHED_CGROUP_NAMESPACE, 7, NULL}));
	ck_assert(has(cache, (LxCacheKey){LX_CACHED_CGROUP, 0, "/a"}));
	ck_assert(!has(cache, (LxCacheKey){LX_CACHED_CGROUP, 0, "/b"}));
	ck_assert_uint_eq(lx_cache_n_entries(cache), 2);
}
END_TEST

START_TEST(hits_misses_and_drops_are_counted)
{
	g_autoptr(LxCache) cache = cache_of(1);
	LxCacheFigures figures;

	add(cache, by_inode(7), -1);
	has(cache, by_inode(7));
	has(cache, by_inode(7));
	has(cache, by_inode(8));
	add(cache, by_inode(9), -1);
	figures = lx_cache_figures(cache);
	ck_assert_uint_eq(figures.hits, 2);
	ck_assert_uint_eq(figures.misses, 1);
	ck_assert_uint_eq(figures.dropped, 1);
}
END_TEST

START_TEST(the_first_of_two_under_one_key_wins)
{
	g_autoptr(LxCache) cache = cache_of(10);
	LxCacheKey key = by_inode(7);
	g_autoptr(LxCacheEntry) first = lx_cache_add(cache, lx_cache_entry_new(&key));
	g_autoptr(LxCacheEntry) second = lx_cache_add(cache, lx_cache_entry_new(&key));

	ck_assert_ptr_eq(first, second);
	ck_assert_uint_eq(lx_cache_n_entries(cache), 1);
}
END_TEST

START_TEST(the_entry_unused_for_longest_makes_room)
{
	g_autoptr(LxCache) cache = cache_of(2);

	add(cache, by_inode(1), -1);
	add(cache, by_inode(2), -1);
	ck_assert(has(cache, by_inode(1)));
	add(cache, by_inode(3), -1);
	ck_assert(has(cache, by_inode(1)));
	ck_assert(!has(cache, by_inode(2)));
	ck_assert(has(cache, by_inode(3)));
	lx_cache_trim(cache, 1);
	ck_assert(!has(cache, by_inode(1)));
	ck_assert(has(cache, by_inode(3)));
}
END_TEST

START_TEST(only_the_entry_that_is_meant_is_dropped)
{
	g_autoptr(LxCache) cache = cache_of(10);
	LxCacheKey key = by_inode(7);
	g_autoptr(LxCacheEntry) stale = lx_cache_add(cache, lx_cache_entry_new(&key));

	lx_cache_drop(cache, stale);
	ck_assert(!has(cache, key));
	add(cache, key, -1);
	lx_cache_drop(cache, stale);
	ck_assert(has(cache, key));
}
END_TEST

static bool is_readable(int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};

	return poll(&poller, 1, 0) == 1;
}

/* A pipe whose other end is closed stands for the pidfd of a process that has exited. */
START_TEST(what_was_watched_goes_when_its_process_ends_and_nothing_else_does)
{
	g_autoptr(LxCache) cache = cache_of(10);
	int ending[2], lasting[2];

	ck_assert_int_eq(pipe(ending), 0);
	ck_assert_int_eq(pipe(lasting), 0);
	add(cache, by_inode(1), ending[0]);
	add(cache, by_inode(2), lasting[0]);
	add(cache, by_inode(3), -1);
	ck_assert(!is_readable(lx_cache_watch_fd(cache)));
	ck_assert(!lx_cache_dispatch(cache));
	ck_assert_int_eq(write(ending[1], "x", 1), 1);
	ck_assert(is_readable(lx_cache_watch_fd(cache)));
	ck_assert(lx_cache_dispatch(cache));
	ck_assert(!has(cache, by_inode(1)));
	ck_assert(has(cache, by_inode(2)));
	ck_assert(has(cache, by_inode(3)));
	ck_assert(!is_readable(lx_cache_watch_fd(cache)));
	close(ending[1]);
	close(lasting[1]);
}
END_TEST

START_TEST(an_event_for_an_entry_that_has_left_hits_no_other)
{
	g_autoptr(LxCache) cache = cache_of(10);
	LxCacheKey key = by_inode(1);
	g_autoptr(LxCacheEntry) held = NULL;
	LxCacheEntry *entry = lx_cache_entry_new(&key);
	int ending[2];

	ck_assert_int_eq(pipe(ending), 0);
	entry->watched = ending[0];
	held = lx_cache_add(cache, entry);
	lx_cache_drop(cache, held);
	add(cache, key, -1);
	ck_assert_int_eq(write(ending[1], "x", 1), 1);
	ck_assert(!lx_cache_dispatch(cache));
	ck_assert(has(cache, key));
	close(ending[1]);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		an_entry_is_found_by_kind_inode_and_name,
		hits_misses_and_drops_are_counted,
		the_first_of_two_under_one_key_wins,
		the_entry_unused_for_longest_makes_room,
		only_the_entry_that_is_meant_is_dropped,
		what_was_watched_goes_when_its_process_ends_and_nothing_else_does,
		an_event_for_an_entry_that_has_left_hits_no_other,
		NULL,
	};

	return unit_suite_new("identity/cache", tests);
}
