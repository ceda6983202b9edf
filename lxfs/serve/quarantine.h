/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the supervisor learns from a worker's death: which request it died on, and for which
 * container. A request that has killed two workers is answered EIO; a container whose requests have
 * killed three gets the host's own text for a while. Reads nothing but numbers that the kernel and
 * the worker wrote into the estate.
 */
#pragma once

#include "serve/estate.h"

typedef enum {
	LX_DEATH_FROM_OUTSIDE, /* nobody's fault */
	LX_DEATH_BY_REQUEST,   /* a request is to blame, or all that were under way */
	LX_DEATH_UNEXPLAINED,
} LxDeath;

/*
 * Call once for each dead worker; counts it in the estate, too. `status` is waitpid's; `answered`:
 * it may have been answering requests; `now_nsec` is CLOCK_BOOTTIME.
 */
LxDeath lx_quarantine_note_death(LxEstate *estate, int status, bool answered, uint64_t now_nsec);

/* How many containers get the host's own text now. */
unsigned lx_quarantine_count(const LxEstate *estate, uint64_t now_nsec);

/* Does this container get the host's own text now? Safe from any thread of a worker. */
bool lx_quarantine_holds(const LxEstate *estate, uint64_t container, uint64_t now_nsec);
