/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "history/load.h"
#include "render/loadavg.h"

#define SEC UINT64_C(1000000000)

/* A container in a cgroup of a host in a folder. */
typedef struct {
	char *folder;
	LxSysroot *root;
	LxLayout *layout;
	LxLevels *levels;
	size_t bytes;
	void *memory;
	LxLoad *load;
} Host;

static Host host_new(void)
{
	static const char *const files[] = {"proc/self/mounts", "none /cgroup cgroup2 rw 0 0\n",
		"cgroup/a/cgroup.threads", "", "cgroup/b/cgroup.threads", "", NULL};
	Host host = {.folder = unit_folder_new(files), .bytes = lx_load_bytes(8)};

	host.root = lx_sysroot_new(host.folder, NULL);
	host.layout = lx_layout_new(host.root, NULL);
	host.levels = lx_levels_new(host.root, host.layout);
	host.memory = g_malloc0(host.bytes);
	host.load = lx_load_new(host.memory, host.bytes);
	return host;
}

static void host_clear(Host *host)
{
	lx_load_free(host->load);
	lx_levels_free(host->levels);
	lx_layout_free(host->layout);
	lx_sysroot_free(host->root);
	unit_folder_free(host->folder);
	g_free(host->memory);
}

/* What stands on the host is declared behind it, and goes first. */
#define autohost __attribute__((cleanup(host_clear))) Host

static LxContainer *container_at(const Host *host, const char *line)
{
	g_auto(LxMembership) membership = {0};
	g_autoptr(GError) error = NULL;
	LxContainer *container = g_new0(LxContainer, 1);

	unit_ok(lx_membership_parse(host->layout, lx_slice(line), "test", &membership, &error),
		error);
	g_atomic_ref_count_init(&container->references);
	container->init_folder = -1;
	container->cgroup = lx_cgroup_new(host->levels, host->layout, &membership, &error);
	ck_assert_msg(container->cgroup != NULL, "%s", error ? error->message : "");
	return container;
}

static void reads(
	Host *host, LxContainer *container, unsigned active, uint64_t now, const char *expected)
{
	LxLoadAverage average = lx_load_read(host->load, container, active, now);
	g_autoptr(GString) text = g_string_new(NULL);

	lx_render_loadavg(&average, &(LxTaskCounts){0}, text);
	g_string_truncate(text, text->len - strlen(" 1/1 0\n"));
	ck_assert_str_eq(text->str, expected);
}

/* What all containers are like. */
typedef struct {
	unsigned looks;
	unsigned counts;
	unsigned active;
	bool same;
	bool gone;
	bool gone_later;   /* between the look and the count */
	unsigned too_soon; /* looks after the first count of a round */
	LxLoadSample last; /* what was handed to the last look */
} World;

static LxLoadLook look(LxContainer *container, LxLoadSample *sample, gpointer data)
{
	World *world = data;

	world->looks++;
	world->too_soon += world->counts > 0;
	world->last = *sample;
	if (world->gone)
		return LX_LOAD_GONE;
	return world->same ? LX_LOAD_SAME : LX_LOAD_CHANGED;
}

static bool count(LxContainer *container, LxLoadSample *sample, gpointer data)
{
	World *world = data;

	world->counts++;
	sample->running = world->active;
	return !world->gone_later;
}

static const LxLoadCounter counter = {look, count};

START_TEST(a_container_starts_from_the_tasks_it_has)
{
	autohost host = host_new();
	g_autoptr(LxContainer) one = container_at(&host, "0::/a\n");
	g_autoptr(LxContainer) two = container_at(&host, "0::/b\n");

	reads(&host, one, 3, 100 * SEC, "3.00 3.00 3.00");
	reads(&host, two, 0, 100 * SEC, "0.00 0.00 0.00");
	reads(&host, one, 0, 104 * SEC, "3.00 3.00 3.00");
}
END_TEST

START_TEST(samples_of_a_minute_make_the_average)
{
	autohost host = host_new();
	g_autoptr(LxContainer) container = container_at(&host, "0::/a\n");
	World world = {.active = 2};

	reads(&host, container, 0, 100 * SEC, "0.00 0.00 0.00");
	for (uint64_t now = 105; now <= 160; now += 5)
		lx_load_sample(host.load, now * SEC, &counter, &world);
	ck_assert_uint_eq(world.looks, 12);
	reads(&host, container, 0, 160 * SEC, "1.27 0.37 0.13");
}
END_TEST

START_TEST(a_sample_is_handed_to_the_next_one)
{
	autohost host = host_new();
	g_autoptr(LxContainer) container = container_at(&host, "0::/a\n");
	World world = {.active = 2};

	reads(&host, container, 0, 100 * SEC, "0.00 0.00 0.00");
	lx_load_sample(host.load, 105 * SEC, &counter, &world);
	ck_assert_uint_eq(world.last.running, 0);
	lx_load_sample(host.load, 110 * SEC, &counter, &world);
	ck_assert_uint_eq(world.last.running, 2);
}
END_TEST

START_TEST(a_timer_that_jitters_misses_no_tick)
{
	autohost host = host_new();
	g_autoptr(LxContainer) container = container_at(&host, "0::/a\n");
	World world = {.active = 2};

	reads(&host, container, 0, 100 * SEC, "0.00 0.00 0.00");
	for (uint64_t now = 105; now <= 160; now += 5)
		lx_load_sample(host.load, now % 2 ? now * SEC - SEC / 3 : now * SEC + SEC / 3,
			&counter, &world);
	reads(&host, container, 0, 160 * SEC + SEC / 2, "1.27 0.37 0.13");
}
END_TEST

START_TEST(what_nobody_asked_about_for_15_minutes_costs_nothing)
{
	autohost host = host_new();
	g_autoptr(LxContainer) container = container_at(&host, "0::/a\n");
	World world = {0};

	lx_load_sample(host.load, 50 * SEC, &counter, &world);
	ck_assert_uint_eq(world.looks, 0);
	reads(&host, container, 0, 100 * SEC, "0.00 0.00 0.00");
	lx_load_sample(host.load, 1000 * SEC, &counter, &world);
	ck_assert_uint_eq(world.looks, 1);
	lx_load_sample(host.load, 1001 * SEC, &counter, &world);
	ck_assert_uint_eq(world.looks, 1);
	ck_assert_uint_eq(lx_load_n_watched(host.load), 0);
	reads(&host, container, 0, 1002 * SEC, "0.00 0.00 0.00");
	ck_assert_uint_eq(lx_load_n_watched(host.load), 1);
}
END_TEST

static void is_let_go(World world)
{
	autohost host = host_new();
	g_autoptr(LxContainer) container = container_at(&host, "0::/a\n");

	reads(&host, container, 0, 100 * SEC, "0.00 0.00 0.00");
	lx_load_sample(host.load, 105 * SEC, &counter, &world);
	ck_assert_uint_eq(lx_load_n_watched(host.load), 0);
}

START_TEST(a_container_that_has_gone_is_let_go)
{
	is_let_go((World){.gone = true});
}
END_TEST

START_TEST(a_container_that_goes_before_it_is_counted_is_let_go)
{
	is_let_go((World){.gone_later = true});
}
END_TEST

START_TEST(all_are_looked_at_before_the_first_is_counted)
{
	autohost host = host_new();
	g_autoptr(LxContainer) one = container_at(&host, "0::/a\n");
	g_autoptr(LxContainer) two = container_at(&host, "0::/b\n");
	World world = {0};

	reads(&host, one, 0, 100 * SEC, "0.00 0.00 0.00");
	reads(&host, two, 0, 100 * SEC, "0.00 0.00 0.00");
	lx_load_sample(host.load, 105 * SEC, &counter, &world);
	ck_assert_uint_eq(world.counts, 2);
	ck_assert_uint_eq(world.too_soon, 0);
}
END_TEST

START_TEST(what_is_the_same_is_averaged_without_a_count)
{
	autohost host = host_new();
	g_autoptr(LxContainer) container = container_at(&host, "0::/a\n");
	World world = {.active = 2};

	reads(&host, container, 0, 100 * SEC, "0.00 0.00 0.00");
	lx_load_sample(host.load, 105 * SEC, &counter, &world);
	world.same = true;
	for (uint64_t now = 110; now <= 160; now += 5)
		lx_load_sample(host.load, now * SEC, &counter, &world);
	ck_assert_uint_eq(world.looks, 12);
	ck_assert_uint_eq(world.counts, 1);
	reads(&host, container, 0, 160 * SEC, "1.27 0.37 0.13");
}
END_TEST

START_TEST(what_was_released_is_sampled_again_once_it_is_asked_about)
{
	autohost host = host_new();
	g_autoptr(LxContainer) container = container_at(&host, "0::/a\n");

	ck_assert(!lx_load_release(host.load));
	reads(&host, container, 2, 100 * SEC, "2.00 2.00 2.00");
	ck_assert(lx_load_release(host.load));
	ck_assert_uint_eq(lx_load_n_watched(host.load), 0);
	reads(&host, container, 2, 105 * SEC, "2.00 2.00 2.00");
	ck_assert_uint_eq(lx_load_n_watched(host.load), 1);
}
END_TEST

START_TEST(the_newest_object_of_a_container_is_kept)
{
	autohost host = host_new();
	g_autoptr(LxContainer) old = container_at(&host, "0::/a\n");
	g_autoptr(LxContainer) moved = container_at(&host, "0::/a\n");

	reads(&host, old, 0, 100 * SEC, "0.00 0.00 0.00");
	reads(&host, moved, 0, 100 * SEC, "0.00 0.00 0.00");
	ck_assert_uint_eq(lx_load_n_watched(host.load), 1);
}
END_TEST

START_TEST(a_successor_carries_on_and_makes_up_for_the_gap)
{
	autohost host = host_new();
	g_autoptr(LxContainer) container = container_at(&host, "0::/a\n");

	reads(&host, container, 4, 100 * SEC, "4.00 4.00 4.00");
	lx_load_free(host.load);
	host.load = lx_load_new(host.memory, host.bytes);
	ck_assert_uint_eq(lx_load_n_watched(host.load), 0);
	reads(&host, container, 0, 161 * SEC, "1.47 3.28 3.75");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_container_starts_from_the_tasks_it_has,
		samples_of_a_minute_make_the_average,
		a_sample_is_handed_to_the_next_one,
		a_timer_that_jitters_misses_no_tick,
		what_nobody_asked_about_for_15_minutes_costs_nothing,
		a_container_that_has_gone_is_let_go,
		a_container_that_goes_before_it_is_counted_is_let_go,
		all_are_looked_at_before_the_first_is_counted,
		what_is_the_same_is_averaged_without_a_count,
		what_was_released_is_sampled_again_once_it_is_asked_about,
		the_newest_object_of_a_container_is_kept,
		a_successor_carries_on_and_makes_up_for_the_gap,
		NULL,
	};

	return unit_suite_new("history/load", tests);
}
