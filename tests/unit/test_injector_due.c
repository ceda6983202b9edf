/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tls/due.h"
#include "tls/issue.h"

#include "unit.h"

#define DAY (24 * 60 * 60)
#define NOW (1000 * (gint64)DAY)

static const LxInjectLifetimes lifetimes = {90 * DAY, 3650 * (gint64)DAY, DAY};

/* Made some days ago, for some days in all. */
static LxInjectFacts aged(gint64 age, gint64 life)
{
	return (LxInjectFacts){
		.present = true,
		.not_before = NOW - age * DAY - LX_INJECT_ISSUE_SLACK_SEC,
		.not_after = NOW + (life - age) * DAY,
	};
}

/* All is well: young, named, signed and trusted. */
static LxInjectHoldings well(void)
{
	return (LxInjectHoldings){
		.serving = aged(10, 90),
		.authority = aged(100, 3650),
		.signed_by_authority = true,
		.named = true,
		.trusted = true,
	};
}

static LxInjectDue due(const LxInjectHoldings *holdings)
{
	return lx_inject_due_find(holdings, &lifetimes, NOW);
}

START_TEST(when_all_is_well_nothing_is_due)
{
	const LxInjectHoldings holdings = well();

	ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_NOTHING);
}
END_TEST

START_TEST(without_an_authority_all_begins_anew)
{
	const LxInjectFacts rows[] = {{0}, aged(3650, 3650), aged(5000, 3650), aged(-1, 3650)};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxInjectHoldings holdings = well();

		holdings.authority = rows[i];
		holdings.next = aged(2, 3650);
		ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_START);
	}
}
END_TEST

START_TEST(a_certificate_is_renewed_when_two_thirds_of_its_life_are_over)
{
	const struct {
		LxInjectFacts serving;
		LxInjectDue due;
	} rows[] = {
		{aged(59, 90), LX_INJECT_DUE_NOTHING},
		{aged(60, 90), LX_INJECT_DUE_SERVING},
		{aged(89, 90), LX_INJECT_DUE_SERVING},
		{aged(91, 90), LX_INJECT_DUE_SERVING},
		{aged(-1, 90), LX_INJECT_DUE_SERVING},
		{{0}, LX_INJECT_DUE_SERVING},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxInjectHoldings holdings = well();

		holdings.serving = rows[i].serving;
		ck_assert_int_eq(due(&holdings), rows[i].due);
	}
}
END_TEST

START_TEST(a_certificate_of_another_authority_or_name_is_replaced)
{
	LxInjectHoldings foreign = well();
	LxInjectHoldings misnamed = well();

	foreign.signed_by_authority = false;
	misnamed.named = false;
	ck_assert_int_eq(due(&foreign), LX_INJECT_DUE_SERVING);
	ck_assert_int_eq(due(&misnamed), LX_INJECT_DUE_SERVING);
}
END_TEST

START_TEST(a_clock_that_is_a_little_behind_changes_nothing)
{
	LxInjectHoldings holdings = well();

	holdings.serving = aged(0, 90);
	holdings.serving.not_before = NOW + LX_INJECT_ISSUE_SLACK_SEC - 1;
	ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_NOTHING);
	holdings.serving.not_before = NOW + LX_INJECT_ISSUE_SLACK_SEC + 1;
	ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_SERVING);
}
END_TEST

START_TEST(an_old_authority_gets_a_successor_that_does_not_sign_at_once)
{
	LxInjectHoldings holdings = well();

	holdings.authority = aged(2500, 3650);
	ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_NEXT);
	holdings.next = aged(0, 3650);
	ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_NOTHING);
	holdings.next = aged(1, 3650);
	ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_PROMOTE);
}
END_TEST

START_TEST(a_successor_that_is_not_trusted_never_signs)
{
	LxInjectHoldings holdings = well();

	holdings.authority = aged(2500, 3650);
	holdings.next = aged(30, 3650);
	holdings.trusted = false;
	ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_NOTHING);
	holdings.next = aged(4000, 3650);
	ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_NEXT);
}
END_TEST

START_TEST(an_old_authority_is_dropped_when_nobody_shows_what_it_signed)
{
	LxInjectHoldings holdings = well();

	holdings.old = aged(2500, 3650);
	holdings.serving = aged(0, 90);
	ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_NOTHING);
	holdings.serving = aged(1, 90);
	ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_DROP);
	holdings.serving = aged(0, 90);
	holdings.old = aged(4000, 3650);
	ck_assert_int_eq(due(&holdings), LX_INJECT_DUE_DROP);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {when_all_is_well_nothing_is_due,
		without_an_authority_all_begins_anew,
		a_certificate_is_renewed_when_two_thirds_of_its_life_are_over,
		a_certificate_of_another_authority_or_name_is_replaced,
		a_clock_that_is_a_little_behind_changes_nothing,
		an_old_authority_gets_a_successor_that_does_not_sign_at_once,
		a_successor_that_is_not_trusted_never_signs,
		an_old_authority_is_dropped_when_nobody_shows_what_it_signed, NULL};

	return unit_suite_new("injector/due", tests);
}
