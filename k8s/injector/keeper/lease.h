/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who leads, by a coordination.k8s.io Lease: pure, from what was read and a clock that does not
 * jump.
 *
 * Whether a leader is gone is never judged by the time that it wrote: clocks differ. It is gone
 * when what it wrote has not changed for the lease's duration, by the monotonic clock of whoever
 * looks.
 */
#pragma once

#include "json.h"

typedef enum {
	LX_INJECT_LEASE_WAIT, /* somebody else leads */
	LX_INJECT_LEASE_TAKE, /* nobody does: write it with our name */
	LX_INJECT_LEASE_HOLD, /* we do: write it again */
} LxInjectLeaseTurn;

typedef struct {
	const char *identity;
	unsigned duration_sec;
	char *seen;     /* holder and time of the last look */
	gint64 seen_at; /* g_get_monotonic_time, when that changed */
} LxInjectLease;

void lx_inject_lease_clear(LxInjectLease *lease);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInjectLease, lx_inject_lease_clear)

/* `object` is the Lease as it was read; NULL: there is none. */
LxInjectLeaseTurn lx_inject_lease_look(
	LxInjectLease *lease, JsonObject *object, gint64 monotonic_usec);

/* The Lease to write: held by `holder` ("" gives it up), over the one that was read. For g_free. */
char *lx_inject_lease_text(const LxInjectLease *lease, JsonObject *object, const char *name,
	const char *holder, gint64 real_usec);
