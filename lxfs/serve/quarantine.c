/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the supervisor learns from a worker's death. */
#include "serve/quarantine.h"

#include "serve/journal.h"

#define DEATHS_OF_A_REQUEST 2
#define DEATHS_OF_A_CONTAINER 3
#define QUARANTINE_NSEC (UINT64_C(60) * 1000000000)

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
		if (entry->container == 0 || entry->deaths < spare->deaths)
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
	entry->deaths++;
	if (entry->deaths < DEATHS_OF_A_CONTAINER)
		return;
	entry->until_nsec = now_nsec + QUARANTINE_NSEC;
	g_warning("a container's requests have ended %u workers: it gets the host's own files for "
		  "a while (cgroup %#" G_GINT64_MODIFIER "x)",
		entry->deaths, (guint64)container);
}

static void blame(LxEstate *estate, LxSlot *slot, uint64_t now_nsec)
{
	const struct fuse_in_header *request = lx_journal_request(slot);

	if (!request)
		return;
	blame_request(slot, request->unique);
	blame_container(estate->header, slot->container, now_nsec);
}

void lx_quarantine_note_death(LxEstate *estate, bool by_own_fault, uint64_t now_nsec)
{
	int32_t faulting = atomic_exchange(&estate->header->faulting_slot, -1);
	unsigned n_slots = estate->header->n_slots;

	if (!by_own_fault)
		return;
	if (faulting >= 0 && (uint32_t)faulting < n_slots) {
		blame(estate, &estate->slots[faulting], now_nsec);
		return;
	}
	for (unsigned i = 0; i < n_slots; i++)
		blame(estate, &estate->slots[i], now_nsec);
}
