/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waiting for the last readers.
 *
 * What cannot be seen is a reader that has found the file and whose open has not become a request
 * yet: it is somewhere in the kernel, on its way. So the silence has to last for a moment.
 */
#include "serve/quiet.h"

#include "clock.h"
#include "serve/journal.h"
#include "serve/open_files.h"

#include <poll.h>

#define NSEC_PER_MSEC UINT64_C(1000000)
/* From finding a file to asking for it, on a machine that is busy. */
#define SILENCE_NSEC (300 * NSEC_PER_MSEC)
#define PATIENCE_NSEC (2500 * NSEC_PER_MSEC)
#define LOOK_AGAIN_USEC 5000

static bool is_any_waiting(const LxEstate *estate)
{
	struct pollfd connections[LX_N_CONNECTIONS];

	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		connections[kind] =
			(struct pollfd){.fd = estate->connection_fds[kind], .events = POLLIN};
	if (poll(connections, LX_N_CONNECTIONS, 0) <= 0)
		return false;
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		if (connections[kind].revents & POLLIN)
			return true;
	return false;
}

static bool is_any_under_way(const LxEstate *estate)
{
	for (unsigned i = 0; i < estate->header->n_slots; i++)
		if (lx_journal_request(&estate->slots[i]))
			return true;
	return false;
}

bool lx_quiet_is_disturbed(const LxEstate *estate)
{
	return is_any_waiting(estate) || is_any_under_way(estate) ||
	       lx_open_files_are_read(estate->open_files);
}

void lx_quiet_wait(const LxEstate *estate)
{
	uint64_t began = lx_clock_now_nsec(CLOCK_MONOTONIC), disturbed = began, now = began;

	while (now - disturbed < SILENCE_NSEC && now - began < PATIENCE_NSEC) {
		g_usleep(LOOK_AGAIN_USEC);
		now = lx_clock_now_nsec(CLOCK_MONOTONIC);
		if (lx_quiet_is_disturbed(estate))
			disturbed = now;
	}
}
