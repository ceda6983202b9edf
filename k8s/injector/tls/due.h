/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which certificate is to be made or dropped now: pure.
 *
 * Every client must trust what any server shows, at every moment. So a new authority is first made
 * and trusted (the API server's caBundle has both), then, an overlap later, signs; and the old one
 * is trusted for another overlap, as long as a replica may still show what it signed.
 */
#pragma once

#include "tls/facts.h"

typedef struct {
	gint64 serving_sec;   /* lifetime of what servers show */
	gint64 authority_sec; /* and of what signs it */
	gint64 overlap_sec;   /* in which everybody has heard of a change */
} LxInjectLifetimes;

typedef struct {
	LxInjectFacts serving;
	LxInjectFacts authority;
	LxInjectFacts next;       /* an authority that is trusted and does not sign yet */
	LxInjectFacts old;        /* one that is trusted and signs no more */
	bool signed_by_authority; /* `serving` is */
	bool named;               /* `serving` has the names it must have */
	bool trusted; /* the API server has `authority` and `next`, so far as they are there */
} LxInjectHoldings;

typedef enum {
	LX_INJECT_DUE_NOTHING,
	LX_INJECT_DUE_START,   /* an authority, and what it signs; nothing that is there counts */
	LX_INJECT_DUE_SERVING, /* `serving` anew, by `authority` */
	LX_INJECT_DUE_NEXT,    /* `next` is made */
	LX_INJECT_DUE_PROMOTE, /* `authority` to `old`, `next` to `authority`, `serving` anew */
	LX_INJECT_DUE_DROP,    /* `old` is dropped */
} LxInjectDue;

/* The first thing that is due; ask again when it is done. `now` is in seconds since 1970. */
LxInjectDue lx_inject_due_find(
	const LxInjectHoldings *holdings, const LxInjectLifetimes *lifetimes, gint64 now);
