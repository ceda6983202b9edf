/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the supervisor learns from a worker's death. */
#include "serve/quarantine.h"

#include "calls/register.h"
#include "serve/journal.h"

#include <signal.h>
#include <sys/wait.h>

#define DEATHS_OF_A_REQUEST 2
#define DEATHS_OF_A_CONTAINER 3
#define QUARANTINE_NSEC (UINT64_C(60) * 1000000000)
/* Deaths that lie further apart than this have nothing to do with each other. */
#define FORGET_NSEC (UINT64_C(600) * 1000000000)

static void blame_request(LxSlot *slot, uint64_t unique)
{
	if (slot->deaths_unique != unique)
		slot->deaths = 0;
	slot->deaths_unique = unique;
	slot->deaths++;
	slot->refused = slot->deaths >= DEATHS_OF_A_REQUEST;
}

/* The entry of a container, or the one to give it: an empty one, else the least guilty. */
static LxQuarantine *entry_for(LxEstateHeader *header, uint64_t container)
{
	LxQuarantine *spare = &header->quarantine[0];

	for (unsigned i = 0; i < LX_QUARANTINE_MAX; i++) {
		LxQuarantine *entry = &header->quarantine[i];

		if (entry->container == container)
			return entry;
		if (spare->container != 0 &&
			(entry->container == 0 || entry->deaths < spare->deaths))
			spare = entry;
	}
	*spare = (LxQuarantine){.container = container};
	return spare;
}

static void blame_container(LxEstateHeader *header, uint64_t container, uint64_t now_nsec)
{
	LxQuarantine *entry;

	if (container == 0)
		return;
	entry = entry_for(header, container);
	if (now_nsec - entry->last_nsec > FORGET_NSEC)
		entry->deaths = 0;
	entry->last_nsec = now_nsec;
	entry->deaths++;
	if (entry->deaths < DEATHS_OF_A_CONTAINER)
		return;
	entry->until_nsec = now_nsec + QUARANTINE_NSEC;
	g_warning("a container's requests have ended %u workers: it gets the host's own files for "
		  "a while (cgroup %#" G_GINT64_MODIFIER "x)",
		entry->deaths, (guint64)container);
}

static bool blame(LxEstate *estate, LxSlot *slot, uint64_t now_nsec)
{
	const struct fuse_in_header *request = lx_journal_request(slot);

	if (!request)
		return false;
	blame_request(slot, request->unique);
	blame_container(estate->header, slot->container, now_nsec);
	return true;
}

/* No handler ran (it exited): whoever was being served is a suspect. */
static bool blame_all(LxEstate *estate, uint64_t now_nsec)
{
	bool blamed = false;

	for (unsigned i = 0; i < estate->header->n_slots; i++)
		blamed = blame(estate, &estate->slots[i], now_nsec) || blamed;
	return blamed;
}

/* It crashed or exited, rather than being ended by a signal that programs do not cause. */
static bool is_own_fault(int status)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS, SIGTRAP};

	if (!WIFSIGNALED(status))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(crashes); i++)
		if (WTERMSIG(status) == crashes[i])
			return true;
	return false;
}

static LxDeath judge(LxEstate *estate, int status, bool answered, uint64_t now_nsec)
{
	int32_t faulting = atomic_exchange(&estate->header->faulting_slot, LX_FAULTING_UNKNOWN);
	bool blamed;

	if (!is_own_fault(status) || faulting == LX_FAULTING_OUTSIDE)
		return LX_DEATH_FROM_OUTSIDE;
	if (!answered || faulting == LX_FAULTING_NOBODY)
		return LX_DEATH_UNEXPLAINED;
	if (faulting >= 0 && (uint32_t)faulting < estate->header->n_slots)
		blamed = blame(estate, &estate->slots[faulting], now_nsec);
	else
		blamed = blame_all(estate, now_nsec);
	return blamed ? LX_DEATH_BY_REQUEST : LX_DEATH_UNEXPLAINED;
}

static void count(LxEstateHeader *header, LxDeath death)
{
	static const LxEnd ends[] = {[LX_DEATH_FROM_OUTSIDE] = LX_END_OUTSIDE,
		[LX_DEATH_BY_REQUEST] = LX_END_REQUEST,
		[LX_DEATH_UNEXPLAINED] = LX_END_FAILURE};
	uint32_t ending = header->ending;

	if (ending != LX_END_SILENT && ending != LX_END_RETRY)
		ending = ends[death];
	header->ends[ending]++;
	header->ending = LX_END_OUTSIDE;
}

LxDeath lx_quarantine_note_death(LxEstate *estate, int status, bool answered, uint64_t now_nsec)
{
	LxDeath death = judge(estate, status, answered, now_nsec);

	count(estate->header, death);
	if (death == LX_DEATH_UNEXPLAINED)
		lx_register_note_death(estate);
	return death;
}

unsigned lx_quarantine_count(const LxEstate *estate, uint64_t now_nsec)
{
	unsigned n = 0;

	for (unsigned i = 0; i < LX_QUARANTINE_MAX; i++)
		n += now_nsec < estate->header->quarantine[i].until_nsec;
	return n;
}

bool lx_quarantine_holds(const LxEstate *estate, uint64_t container, uint64_t now_nsec)
{
	for (unsigned i = 0; i < LX_QUARANTINE_MAX; i++) {
		const LxQuarantine *entry = &estate->header->quarantine[i];

		if (entry->container == container)
			return now_nsec < entry->until_nsec;
	}
	return false;
}
