/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/quarantine.h"

#include "serve/journal.h"
#include "unit.h"

#include <signal.h>

#define SECOND UINT64_C(1000000000)
#define NOW (1000 * SECOND)

/* As wait(2) tells them. */
#define EXITED(code) ((code) << 8)
#define KILLED_BY(number) (number)

static LxEstate *estate_new(void)
{
	LxEstate *estate = lx_estate_new(4, 4096, NULL);

	ck_assert_ptr_nonnull(estate);
	return estate;
}

static void put_request(LxEstate *estate, unsigned slot, uint64_t unique, uint64_t container)
{
	struct fuse_in_header header = {.len = sizeof header, .unique = unique};

	memcpy(estate->slots[slot].request, &header, sizeof header);
	estate->slots[slot].container = container;
}

static LxDeath crash(LxEstate *estate, int slot, uint64_t now_nsec)
{
	atomic_store(&estate->header->faulting_slot, slot);
	return lx_quarantine_note_death(estate, KILLED_BY(SIGSEGV), true, now_nsec);
}

START_TEST(whose_fault_a_death_is)
{
	static const struct {
		int status;
		int faulting;
		bool answered;
		bool busy;
		LxDeath expected;
	} rows[] = {
		{KILLED_BY(SIGKILL), LX_FAULTING_UNKNOWN, true, true, LX_DEATH_FROM_OUTSIDE},
		{KILLED_BY(SIGTERM), LX_FAULTING_UNKNOWN, true, true, LX_DEATH_FROM_OUTSIDE},
		{KILLED_BY(SIGUSR1), LX_FAULTING_UNKNOWN, true, true, LX_DEATH_FROM_OUTSIDE},
		{KILLED_BY(SIGSEGV), LX_FAULTING_OUTSIDE, true, true, LX_DEATH_FROM_OUTSIDE},
		{KILLED_BY(SIGSEGV), 0, true, true, LX_DEATH_BY_REQUEST},
		{KILLED_BY(SIGABRT), 0, true, true, LX_DEATH_BY_REQUEST},
		{KILLED_BY(SIGBUS), LX_FAULTING_UNKNOWN, true, true, LX_DEATH_BY_REQUEST},
		{EXITED(1), LX_FAULTING_UNKNOWN, true, true, LX_DEATH_BY_REQUEST},
		{EXITED(1), LX_FAULTING_UNKNOWN, true, false, LX_DEATH_UNEXPLAINED},
		{KILLED_BY(SIGSEGV), LX_FAULTING_NOBODY, true, true, LX_DEATH_UNEXPLAINED},
		{KILLED_BY(SIGSEGV), 0, false, true, LX_DEATH_UNEXPLAINED},
		{KILLED_BY(SIGSEGV), 0, true, false, LX_DEATH_UNEXPLAINED},
		{KILLED_BY(SIGSEGV), 4711, true, true, LX_DEATH_BY_REQUEST},
		{EXITED(1), LX_FAULTING_UNKNOWN, false, true, LX_DEATH_UNEXPLAINED},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(LxEstate) estate = estate_new();

		if (rows[i].busy)
			put_request(estate, 0, 2, 77);
		atomic_store(&estate->header->faulting_slot, rows[i].faulting);
		ck_assert_msg(lx_quarantine_note_death(estate, rows[i].status, rows[i].answered,
				      NOW) == rows[i].expected,
			"row %zu", i);
		ck_assert_int_eq(atomic_load(&estate->header->faulting_slot), LX_FAULTING_UNKNOWN);
	}
}
END_TEST

START_TEST(a_request_that_kills_two_workers_is_refused)
{
	g_autoptr(LxEstate) estate = estate_new();

	put_request(estate, 1, 2, 77);
	crash(estate, 1, NOW);
	ck_assert_uint_eq(estate->slots[1].refused, 0);
	crash(estate, 1, NOW);
	ck_assert_uint_eq(estate->slots[1].refused, 1);
	lx_journal_clear(&estate->slots[1]);
	put_request(estate, 1, 4, 77);
	crash(estate, 1, NOW);
	ck_assert_uint_eq(estate->slots[1].refused, 0);
}
END_TEST

START_TEST(a_container_is_quarantined_after_three_deaths)
{
	g_autoptr(LxEstate) estate = estate_new();

	put_request(estate, 1, 2, 77);
	for (int deaths = 1; deaths <= 3; deaths++) {
		ck_assert(!lx_quarantine_holds(estate, 77, NOW));
		crash(estate, 1, NOW);
	}
	ck_assert(lx_quarantine_holds(estate, 77, NOW));
	ck_assert(lx_quarantine_holds(estate, 77, NOW + 59 * SECOND));
	ck_assert(!lx_quarantine_holds(estate, 77, NOW + 61 * SECOND));
}
END_TEST

START_TEST(the_thread_that_crashed_is_to_blame_and_nobody_else)
{
	g_autoptr(LxEstate) estate = estate_new();

	put_request(estate, 0, 2, 66);
	put_request(estate, 1, 4, 77);
	for (int deaths = 0; deaths < 3; deaths++)
		crash(estate, 1, NOW);
	ck_assert(lx_quarantine_holds(estate, 77, NOW));
	ck_assert(!lx_quarantine_holds(estate, 66, NOW));
	ck_assert_uint_eq(estate->slots[0].deaths, 0);
}
END_TEST

START_TEST(kills_from_outside_put_nobody_into_quarantine)
{
	g_autoptr(LxEstate) estate = estate_new();

	put_request(estate, 1, 2, 77);
	for (int deaths = 0; deaths < 100; deaths++)
		lx_quarantine_note_death(estate, KILLED_BY(SIGKILL), true, NOW);
	ck_assert(!lx_quarantine_holds(estate, 77, NOW));
	ck_assert_uint_eq(estate->slots[1].refused, 0);
}
END_TEST

START_TEST(deaths_far_apart_have_nothing_to_do_with_each_other)
{
	g_autoptr(LxEstate) estate = estate_new();

	put_request(estate, 1, 2, 77);
	for (uint64_t hour = 1; hour < 10; hour++) {
		crash(estate, 1, hour * 3600 * SECOND);
		ck_assert(!lx_quarantine_holds(estate, 77, hour * 3600 * SECOND));
	}
}
END_TEST

START_TEST(a_container_that_goes_on_is_back_after_one_death_more)
{
	g_autoptr(LxEstate) estate = estate_new();

	put_request(estate, 1, 2, 77);
	for (int deaths = 0; deaths < 3; deaths++)
		crash(estate, 1, NOW);
	ck_assert(!lx_quarantine_holds(estate, 77, NOW + 70 * SECOND));
	crash(estate, 1, NOW + 70 * SECOND);
	ck_assert(lx_quarantine_holds(estate, 77, NOW + 71 * SECOND));
}
END_TEST

START_TEST(the_host_is_never_quarantined)
{
	g_autoptr(LxEstate) estate = estate_new();

	put_request(estate, 1, 2, 0);
	for (int deaths = 0; deaths < 5; deaths++)
		crash(estate, 1, NOW);
	ck_assert(!lx_quarantine_holds(estate, 0, NOW));
}
END_TEST

START_TEST(more_containers_than_places_push_out_the_least_guilty)
{
	g_autoptr(LxEstate) estate = estate_new();

	put_request(estate, 1, 2, 77);
	for (int deaths = 0; deaths < 3; deaths++)
		crash(estate, 1, NOW);
	for (uint64_t other = 1000; other < 1000 + 3 * LX_QUARANTINE_MAX; other++) {
		put_request(estate, 2, other, other);
		crash(estate, 2, NOW);
	}
	ck_assert(lx_quarantine_holds(estate, 77, NOW));
}
END_TEST

START_TEST(deaths_are_counted_by_cause)
{
	g_autoptr(LxEstate) estate = estate_new();
	const uint64_t *ends = estate->header->ends;

	put_request(estate, 0, 2, 77);
	crash(estate, 0, NOW);
	lx_quarantine_note_death(estate, KILLED_BY(SIGKILL), true, NOW);
	lx_quarantine_note_death(estate, EXITED(1), false, NOW);
	estate->header->ending = LX_END_SILENT;
	lx_quarantine_note_death(estate, KILLED_BY(SIGKILL), true, NOW);
	estate->header->ending = LX_END_RETRY;
	lx_quarantine_note_death(estate, KILLED_BY(SIGKILL), true, NOW);
	estate->header->ending = 4711;
	lx_quarantine_note_death(estate, KILLED_BY(SIGKILL), true, NOW);
	ck_assert_uint_eq(ends[LX_END_REQUEST], 1);
	ck_assert_uint_eq(ends[LX_END_OUTSIDE], 2);
	ck_assert_uint_eq(ends[LX_END_FAILURE], 1);
	ck_assert_uint_eq(ends[LX_END_SILENT], 1);
	ck_assert_uint_eq(ends[LX_END_RETRY], 1);
}
END_TEST

START_TEST(only_those_in_quarantine_are_counted)
{
	g_autoptr(LxEstate) estate = estate_new();

	put_request(estate, 0, 2, 77);
	crash(estate, 0, NOW);
	ck_assert_uint_eq(lx_quarantine_count(estate, NOW), 0);
	crash(estate, 0, NOW);
	crash(estate, 0, NOW);
	ck_assert_uint_eq(lx_quarantine_count(estate, NOW), 1);
	ck_assert_uint_eq(lx_quarantine_count(estate, NOW + 600 * SECOND), 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		whose_fault_a_death_is,
		a_request_that_kills_two_workers_is_refused,
		a_container_is_quarantined_after_three_deaths,
		the_thread_that_crashed_is_to_blame_and_nobody_else,
		kills_from_outside_put_nobody_into_quarantine,
		deaths_far_apart_have_nothing_to_do_with_each_other,
		a_container_that_goes_on_is_back_after_one_death_more,
		the_host_is_never_quarantined,
		more_containers_than_places_push_out_the_least_guilty,
		deaths_are_counted_by_cause,
		only_those_in_quarantine_are_counted,
		NULL,
	};

	return unit_suite_new("serve/quarantine", tests);
}
