/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pressure triggers (Documentation/accounting/psi.rst): one epoll thread waits on all of them and
 * tells the kernel when a poller is to be woken. Triggers lie with their open files in the estate;
 * a new worker sets them again and wakes every poller once, which looks again.
 */
#pragma once

#include "serve/estate.h"
#include "serve/open_files.h"

typedef struct LxTriggers LxTriggers;

/* Starts the thread and sets what a predecessor left. All arguments must outlive it. */
LxTriggers *lx_triggers_new(LxContext *context, LxEstate *estate, LxOpenFiles *files,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
	LxHandle handle;
	LxNode node;
	const char *text;
	size_t length;
	uint64_t request; /* lx_journal_key */
} LxTriggerRequest;

/*
 * EBUSY when the file has a trigger by another request; by this one: done already, by a
 * predecessor. Else the kernel's own answers.
 */
bool lx_triggers_set(LxTriggers *triggers, const LxCaller *caller, const LxTriggerRequest *wanted,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * What poll(2) answers for this file now: POLLPRI once for each event that has happened since. A
 * trigger that could not be set again after a worker's death is set again for this caller.
 */
unsigned lx_triggers_poll(LxTriggers *triggers, const LxCaller *caller, LxHandle handle);

/* The file was closed. */
void lx_triggers_drop(LxTriggers *triggers, LxHandle handle);
