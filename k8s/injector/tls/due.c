/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which certificate is to be made or dropped now. */
#include "tls/due.h"

#include "tls/issue.h"

/* Clocks of two machines differ; but what begins tomorrow was made by a wrong one. */
static bool is_valid(const LxInjectFacts *facts, gint64 now)
{
	return facts->present && facts->not_before <= now + LX_INJECT_ISSUE_SLACK_SEC &&
	       now < facts->not_after;
}

static gint64 made_at(const LxInjectFacts *facts)
{
	return facts->not_before + LX_INJECT_ISSUE_SLACK_SEC;
}

/* Two thirds of its life are over: a third is left to notice that renewing does not work. */
static bool is_old(const LxInjectFacts *facts, gint64 now)
{
	return now >= facts->not_after - (facts->not_after - made_at(facts)) / 3;
}

static bool is_serving_due(const LxInjectHoldings *holdings, gint64 now)
{
	return !is_valid(&holdings->serving, now) || !holdings->signed_by_authority ||
	       !holdings->named || is_old(&holdings->serving, now);
}

/* Long enough made and known to the API server for the last cache to have heard of it. */
static bool is_next_known(
	const LxInjectHoldings *holdings, const LxInjectLifetimes *lifetimes, gint64 now)
{
	return is_valid(&holdings->next, now) && holdings->trusted &&
	       now >= made_at(&holdings->next) + lifetimes->overlap_sec;
}

static bool is_old_over(
	const LxInjectHoldings *holdings, const LxInjectLifetimes *lifetimes, gint64 now)
{
	return !is_valid(&holdings->old, now) ||
	       now >= made_at(&holdings->serving) + lifetimes->overlap_sec;
}

LxInjectDue lx_inject_due_find(
	const LxInjectHoldings *holdings, const LxInjectLifetimes *lifetimes, gint64 now)
{
	if (!is_valid(&holdings->authority, now))
		return LX_INJECT_DUE_START;
	if (is_next_known(holdings, lifetimes, now))
		return LX_INJECT_DUE_PROMOTE;
	if (is_serving_due(holdings, now))
		return LX_INJECT_DUE_SERVING;
	if (is_old(&holdings->authority, now) && !is_valid(&holdings->next, now))
		return LX_INJECT_DUE_NEXT;
	if (holdings->old.present && is_old_over(holdings, lifetimes, now))
		return LX_INJECT_DUE_DROP;
	return LX_INJECT_DUE_NOTHING;
}
