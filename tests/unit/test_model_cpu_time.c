/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "model/cpu_time.h"

#include <stdio.h>
#include <stdlib.h>

#define SEC UINT64_C(1000000000)
#define MAX_CPUS 256

/* A state and what is shown of it after a step. */
typedef struct {
	LxCpuTimeState *state;
	LxCpuTimes shown;
	LxCpuset visible;
} Machine;

static Machine machine_new(unsigned n_cpus)
{
	Machine machine = {.state = g_malloc0(lx_cpu_time_bytes(n_cpus))};

	/* whatever lies behind the rows in use must not matter */
	memset(machine.state->rows, 0xa5, n_cpus * sizeof(LxCpuTimeRow));
	machine.state->max_rows = n_cpus;
	return machine;
}

static void machine_clear(Machine *machine)
{
	lx_cpu_times_clear(&machine->shown);
	g_free(machine->state);
}

static LxCpuset cpus(const char *list)
{
	g_autoptr(GError) error = NULL;
	LxCpuset set = {0};

	unit_ok(lx_cpuset_parse(lx_slice(list), "test", &set, &error), error);
	return set;
}

/* The container starts at second 10. */
static void step(Machine *machine, const LxCpuUsage *usage, uint64_t now_sec)
{
	LxCpuSample sample = {usage, &machine->visible, 10 * SEC, now_sec * SEC};

	lx_cpu_time_advance(machine->state, &sample);
	lx_cpu_time_show(machine->state, &machine->visible, &machine->shown);
}

/* "cpu user/nice/system/idle/steal, ...", seconds. */
static char *told(const Machine *machine)
{
	GString *text = g_string_new(NULL);

	for (int i = -1; i < (int)machine->shown.n_rows; i++) {
		const LxCpuTime *time =
			i < 0 ? &machine->shown.total : &machine->shown.rows[i].time;

		if (i < 0)
			g_string_append(text, "all");
		else
			g_string_append_printf(text, " %u", machine->shown.rows[i].cpu);
		g_string_append_printf(text, " %g/%g/%g/%g/%g", (double)time->busy.user_nsec / SEC,
			(double)time->busy.nice_nsec / SEC, (double)time->busy.system_nsec / SEC,
			(double)time->idle_nsec / SEC, (double)time->steal_nsec / SEC);
	}
	return g_string_free(text, FALSE);
}

#define told_is(machine, text) \
	do { \
		g_autofree char *told_text = told(machine); \
		ck_assert_str_eq(told_text, text); \
	} while (0)

/* Seconds; all of it user. */
static LxCpuUsage used(double user)
{
	return (LxCpuUsage){.total = {.usage_nsec = (uint64_t)(user * SEC),
				    .user_nsec = (uint64_t)(user * SEC)}};
}

START_TEST(the_first_answer_is_the_lifetime)
{
	Machine machine = machine_new(4);
	LxCpuUsage usage = {.total = {7 * SEC, 4 * SEC, SEC, 2 * SEC}};

	machine.visible = cpus("0-1");
	step(&machine, &usage, 20);
	told_is(&machine, "all 4/1/2/13/0 0 4/1/2/3/0 1 0/0/0/10/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(use_is_poured_in_order_each_cpu_up_to_the_wall_time)
{
	Machine machine = machine_new(4);
	LxCpuUsage usage = {.total = {25 * SEC, 15 * SEC, 0, 10 * SEC}};

	machine.visible = cpus("1-3");
	step(&machine, &usage, 20);
	told_is(&machine, "all 15/0/10/5/0 1 6/0/4/0/0 2 6/0/4/0/0 3 3/0/2/5/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(shares_that_the_tick_did_not_see_are_those_of_the_lifetime)
{
	Machine machine = machine_new(1);
	LxCpuUsage usage = {.total = {4 * SEC, 3 * SEC, 0, 1 * SEC}};

	machine.visible = cpus("0");
	step(&machine, &usage, 20);
	usage.total.usage_nsec = 8 * SEC;
	step(&machine, &usage, 30);
	told_is(&machine, "all 6/0/2/12/0 0 6/0/2/12/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(use_without_any_share_is_user)
{
	Machine machine = machine_new(1);
	LxCpuUsage usage = {.total = {.usage_nsec = 4 * SEC}};

	machine.visible = cpus("0");
	step(&machine, &usage, 20);
	told_is(&machine, "all 4/0/0/6/0 0 4/0/0/6/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(throttled_time_is_stolen_as_far_as_it_fits)
{
	Machine machine = machine_new(2);
	LxCpuUsage usage = used(6);

	machine.visible = cpus("0");
	usage.throttled_nsec = 3 * SEC;
	step(&machine, &usage, 20);
	told_is(&machine, "all 6/0/0/1/3 0 6/0/0/1/3");
	usage.total.usage_nsec = usage.total.user_nsec = 12 * SEC;
	usage.throttled_nsec = 90 * SEC;
	step(&machine, &usage, 30);
	told_is(&machine, "all 12/0/0/1/7 0 12/0/0/1/7");
	/* what did not fit is dropped */
	step(&machine, &usage, 40);
	told_is(&machine, "all 12/0/0/11/7 0 12/0/0/11/7");
	machine_clear(&machine);
}
END_TEST

START_TEST(what_does_not_fit_is_carried_and_shown_as_soon_as_it_fits)
{
	Machine machine = machine_new(2);
	LxCpuUsage usage = used(0);

	machine.visible = cpus("0");
	step(&machine, &usage, 20);
	usage = used(2);
	step(&machine, &usage, 21);
	told_is(&machine, "all 1/0/0/10/0 0 1/0/0/10/0");
	step(&machine, &usage, 23);
	told_is(&machine, "all 2/0/0/11/0 0 2/0/0/11/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(use_before_the_container_began_is_not_carried)
{
	Machine machine = machine_new(2);
	LxCpuUsage usage = used(500);

	machine.visible = cpus("0");
	step(&machine, &usage, 20);
	step(&machine, &usage, 25);
	told_is(&machine, "all 10/0/0/5/0 0 10/0/0/5/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(a_cpu_that_is_no_longer_visible_stands_still_and_counts_on)
{
	Machine machine = machine_new(2);
	LxCpuUsage usage = used(15);

	machine.visible = cpus("0-1");
	step(&machine, &usage, 20);
	machine.visible = cpus("0");
	step(&machine, &usage, 30);
	told_is(&machine, "all 15/0/0/15/0 0 10/0/0/10/0");
	machine.visible = cpus("0-1");
	step(&machine, &usage, 31);
	told_is(&machine, "all 15/0/0/17/0 0 10/0/0/11/0 1 5/0/0/6/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(use_from_before_a_lowered_quota_shows_in_the_sum_at_once)
{
	Machine machine = machine_new(2);
	LxCpuUsage usage = used(0);

	machine.visible = cpus("0-1");
	step(&machine, &usage, 20);
	usage = used(18);
	machine.visible = cpus("0");
	step(&machine, &usage, 30);
	told_is(&machine, "all 18/0/0/20/0 0 10/0/0/10/0");
	step(&machine, &usage, 31);
	told_is(&machine, "all 18/0/0/21/0 0 10/0/0/11/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(figures_per_cpu_go_to_their_own_cpu)
{
	LxCpuUse rows[2] = {{2 * SEC, 2 * SEC, 0, 0}, {6 * SEC, 1 * SEC, 0, 2 * SEC}};
	LxCpuUsage usage = {.total = {8 * SEC, 3 * SEC, 0, 2 * SEC}, .n_rows = 2, .rows = rows};
	Machine machine = machine_new(2);

	machine.visible = cpus("0-1");
	step(&machine, &usage, 20);
	told_is(&machine, "all 4/0/4/12/0 0 2/0/0/8/0 1 2/0/4/4/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(use_of_cpus_that_are_not_visible_goes_to_visible_ones_with_room)
{
	LxCpuUse rows[4] = {{.usage_nsec = 9 * SEC}, {0}, {.usage_nsec = 4 * SEC}, {0}};
	LxCpuUsage usage = {.total = {.usage_nsec = 13 * SEC}, .n_rows = 4, .rows = rows};
	Machine machine = machine_new(4);

	machine.visible = cpus("0-1");
	step(&machine, &usage, 20);
	told_is(&machine, "all 13/0/0/7/0 0 10/0/0/0/0 1 3/0/0/7/0");
	/* CPU 2 comes into view: it begins at 0, what it did before was shown elsewhere */
	machine.visible = cpus("0-2");
	rows[2].usage_nsec = 5 * SEC;
	usage.total.usage_nsec = 14 * SEC;
	step(&machine, &usage, 22);
	told_is(&machine, "all 14/0/0/12/0 0 10/0/0/2/0 1 3/0/0/9/0 2 1/0/0/1/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(facts_that_come_late_move_nothing)
{
	Machine machine = machine_new(1);
	LxCpuUsage usage = used(5), old = used(3);

	machine.visible = cpus("0");
	step(&machine, &usage, 20);
	step(&machine, &old, 19);
	step(&machine, &usage, 20);
	told_is(&machine, "all 5/0/0/5/0 0 5/0/0/5/0");
	step(&machine, &old, 21);
	told_is(&machine, "all 5/0/0/6/0 0 5/0/0/6/0");
	usage = used(6);
	step(&machine, &usage, 22);
	told_is(&machine, "all 6/0/0/6/0 0 6/0/0/6/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(a_container_that_begins_now_shows_zeros)
{
	Machine machine = machine_new(2);
	LxCpuUsage usage = used(1);

	machine.visible = cpus("0-1");
	step(&machine, &usage, 10);
	told_is(&machine, "all 0/0/0/0/0 0 0/0/0/0/0 1 0/0/0/0/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(cpus_beyond_the_possible_ones_are_shown_as_zeros)
{
	LxCpuUse rows[4] = {{.usage_nsec = SEC}, {.usage_nsec = SEC}, {.usage_nsec = SEC}};
	LxCpuUsage usage = {.total = {.usage_nsec = 3 * SEC}, .n_rows = 4, .rows = rows};
	Machine machine = machine_new(2);

	machine.visible = cpus("1,5");
	step(&machine, &usage, 20);
	told_is(&machine, "all 2/0/0/8/0 1 2/0/0/8/0 5 0/0/0/0/0");
	machine_clear(&machine);
}
END_TEST

START_TEST(numbers_at_the_end_of_64_bits_do_not_wrap)
{
	LxCpuUse rows[1] = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
	LxCpuUsage usage = {.total = rows[0], .throttled_nsec = UINT64_MAX};
	Machine machine = machine_new(2);

	machine.visible = cpus("0-1");
	step(&machine, &usage, 20);
	ck_assert_uint_eq(lx_cpu_busy_nsec(&machine.shown.total.busy), 20 * SEC);
	usage.n_rows = 1;
	usage.rows = rows;
	step(&machine, &usage, 30);
	ck_assert_uint_eq(lx_cpu_busy_nsec(&machine.shown.rows[0].time.busy), 20 * SEC);
	machine_clear(&machine);
}
END_TEST

/* ---- The invariants of docs/views.md on random lives of containers ------------------------ */

/* Check notes every assertion in a file: too dear for millions. */
#define claim(condition) \
	do { \
		if (!(condition)) \
			ck_abort_msg("%s", #condition); \
	} while (0)

typedef struct {
	GRand *random;
	unsigned n_cpus;
	bool per_cpu;
	uint64_t now_nsec;
	LxCpuUsage usage;
	LxCpuUse rows[MAX_CPUS];
} Life;

static uint64_t up_to(Life *life, uint64_t most)
{
	return (uint64_t)(g_rand_double(life->random) * (double)most);
}

static void use_more(Life *life, LxCpuUse *use, uint64_t amount)
{
	uint64_t nice = up_to(life, amount), system = up_to(life, amount - nice);

	use->usage_nsec += amount;
	if (g_rand_int_range(life->random, 0, 4) == 0)
		return; /* the tick saw nothing */
	use->nice_nsec += nice;
	use->system_nsec += system;
	use->user_nsec += amount - nice - system;
}

/* Sometimes nothing, mostly what the CPUs can do, sometimes more than that. */
static void live(Life *life, uint64_t passed)
{
	uint64_t can = passed * (uint64_t)g_rand_int_range(life->random, 0, 4) / 2;
	LxCpuUse sum = life->usage.total;

	life->now_nsec += passed;
	life->usage.throttled_nsec += up_to(life, passed);
	if (!life->per_cpu) {
		use_more(life, &life->usage.total, up_to(life, can * life->n_cpus));
		return;
	}
	sum.usage_nsec = 0;
	for (unsigned i = 0; i < life->n_cpus; i++) {
		use_more(life, &life->rows[i], up_to(life, can));
		sum.usage_nsec += life->rows[i].usage_nsec;
	}
	life->usage.total = sum;
}

static LxCpuset random_cpus(Life *life)
{
	LxCpuset set = {0};

	lx_cpuset_add(&set, (unsigned)g_rand_int_range(life->random, 0, (int)life->n_cpus));
	for (unsigned i = 0; i < life->n_cpus; i++)
		if (g_rand_boolean(life->random))
			lx_cpuset_add(&set, i);
	return set;
}

static uint64_t row_sum(const LxCpuTime *time)
{
	return lx_cpu_busy_nsec(&time->busy) + time->idle_nsec + time->steal_nsec;
}

static bool grew(const LxCpuTime *before, const LxCpuTime *after)
{
	return after->busy.user_nsec >= before->busy.user_nsec &&
	       after->busy.nice_nsec >= before->busy.nice_nsec &&
	       after->busy.system_nsec >= before->busy.system_nsec &&
	       after->idle_nsec >= before->idle_nsec && after->steal_nsec >= before->steal_nsec;
}

typedef struct {
	LxCpuTime rows[MAX_CPUS];
	LxCpuTime total;
	uint64_t carry;
	uint64_t used;
	uint64_t moment;
} Snapshot;

static Snapshot *snapshot_new(const Machine *machine)
{
	Snapshot *shot = g_new0(Snapshot, 1);

	for (unsigned i = 0; i < machine->state->n_rows; i++)
		shot->rows[i] = machine->state->rows[i].shown;
	shot->total = machine->shown.total;
	shot->carry = lx_cpu_busy_nsec(&machine->state->carry);
	shot->used = machine->state->seen.usage_nsec;
	shot->moment = machine->state->moment_nsec;
	return shot;
}

static void check_rows(const Snapshot *a, const Snapshot *b, const LxCpuset *visible, unsigned n)
{
	uint64_t passed = b->moment - a->moment;

	for (unsigned i = 0; i < n; i++) {
		uint64_t more = row_sum(&b->rows[i]) - row_sum(&a->rows[i]);

		claim(grew(&a->rows[i], &b->rows[i]));
		claim(more <= passed);
		if (lx_cpuset_has(visible, i))
			claim(more == passed);
		else
			claim(a->rows[i].idle_nsec == b->rows[i].idle_nsec);
	}
}

static void check_step(const Snapshot *a, const Snapshot *b, const LxCpuset *visible, unsigned n)
{
	uint64_t busy = lx_cpu_busy_nsec(&b->total.busy) - lx_cpu_busy_nsec(&a->total.busy);

	claim(grew(&a->total, &b->total));
	check_rows(a, b, visible, n);
	claim(busy + b->carry - a->carry == b->used - a->used);
}

/* One step, now and then with facts that a slower reader brings. */
static void random_step(Life *life, Machine *machine)
{
	LxCpuSample sample = {&life->usage, &machine->visible, SEC, life->now_nsec};
	LxCpuUsage old = life->usage;

	if (g_rand_int_range(life->random, 0, 3) == 0)
		machine->visible = random_cpus(life);
	live(life, up_to(life, 3 * SEC));
	sample.now_nsec = life->now_nsec;
	if (g_rand_int_range(life->random, 0, 5) == 0 && !life->per_cpu)
		sample.usage = &old;
	if (g_rand_int_range(life->random, 0, 5) == 0)
		sample.now_nsec -= up_to(life, 4 * SEC) % life->now_nsec;
	lx_cpu_time_advance(machine->state, &sample);
	lx_cpu_time_show(machine->state, &machine->visible, &machine->shown);
}

static void check_life(GRand *random, unsigned n_cpus)
{
	Life life = {.random = random, .n_cpus = n_cpus, .now_nsec = 2 * SEC};
	Machine machine = machine_new(n_cpus);

	life.per_cpu = g_rand_boolean(random);
	life.usage.n_rows = life.per_cpu ? n_cpus : 0;
	life.usage.rows = life.rows;
	machine.visible = random_cpus(&life);
	while (machine.state->moment_nsec == 0)
		random_step(&life, &machine);
	for (int i = 0; i < 40; i++) {
		g_autofree Snapshot *before = snapshot_new(&machine);
		g_autofree Snapshot *after = NULL;

		random_step(&life, &machine);
		after = snapshot_new(&machine);
		if (after->moment == before->moment)
			claim(memcmp(before->rows, after->rows, sizeof after->rows) == 0);
		else
			check_step(before, after, &machine.visible, n_cpus);
	}
	machine_clear(&machine);
}

static uint32_t seed(void)
{
	const char *given = g_getenv("LXFS_SEED");

	return given ? (uint32_t)strtoul(given, NULL, 10) : g_random_int();
}

START_TEST(the_invariants_hold_for_random_lives)
{
	static const unsigned sizes[] = {1, 2, 3, 4, 8, 17, 64};
	uint32_t begin = seed();
	g_autoptr(GRand) random = g_rand_new_with_seed(begin);

	printf("# LXFS_SEED=%u\n", begin);
	fflush(stdout);
	for (int i = 0; i < 3000; i++)
		check_life(random, sizes[(unsigned)i % G_N_ELEMENTS(sizes)]);
}
END_TEST

START_TEST(the_invariants_hold_on_256_cpus)
{
	uint32_t begin = seed();
	g_autoptr(GRand) random = g_rand_new_with_seed(begin);

	printf("# LXFS_SEED=%u\n", begin);
	fflush(stdout);
	for (int i = 0; i < 20; i++)
		check_life(random, MAX_CPUS);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_first_answer_is_the_lifetime,
		use_is_poured_in_order_each_cpu_up_to_the_wall_time,
		shares_that_the_tick_did_not_see_are_those_of_the_lifetime,
		use_without_any_share_is_user,
		throttled_time_is_stolen_as_far_as_it_fits,
		what_does_not_fit_is_carried_and_shown_as_soon_as_it_fits,
		use_before_the_container_began_is_not_carried,
		a_cpu_that_is_no_longer_visible_stands_still_and_counts_on,
		use_from_before_a_lowered_quota_shows_in_the_sum_at_once,
		figures_per_cpu_go_to_their_own_cpu,
		use_of_cpus_that_are_not_visible_goes_to_visible_ones_with_room,
		facts_that_come_late_move_nothing,
		a_container_that_begins_now_shows_zeros,
		cpus_beyond_the_possible_ones_are_shown_as_zeros,
		numbers_at_the_end_of_64_bits_do_not_wrap,
		the_invariants_hold_for_random_lives,
		the_invariants_hold_on_256_cpus,
		NULL,
	};

	return unit_suite_new("model/cpu_time", tests);
}
