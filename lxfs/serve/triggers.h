/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pressure triggers (Documentation/accounting/psi.rst), and cgroup files whose changes somebody
 * waits for: one epoll thread waits on all of them and tells the kernel when a poller is to be
 * woken. They lie with their open files in the estate; a new worker sets triggers again and wakes
 * every poller once, which looks again.
 */
#pragma once

#include "serve/estate.h"
#include "serve/open_files.h"

typedef struct LxTriggers LxTriggers;

/* Starts the thread and sets what a predecessor left. All arguments must outlive it. */
LxTriggers *lx_triggers_new(LxContext *context, LxEstate *estate, LxOpenFiles *files,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How the kernel's descriptor is come by, for whom. */
typedef struct {
	int (*set)(
		gconstpointer caller, LxNode node, const char *text, size_t length, GError **error);
	gconstpointer caller;
} LxTriggerSetter;

/* lx_tree_set_trigger; the caller is an LxCaller. */
LxTriggerSetter lx_triggers_setter(const LxCaller *caller);

typedef struct {
	LxHandle handle;
	LxNode node;
	LxConnectionKind connection;
	const char *text;
	size_t length;
	uint64_t
		container; /* lx_tree_owner of the caller; 0: the host's, or set for pollers only */
	uint64_t request;  /* lx_journal_key */
} LxTriggerRequest;

/*
 * EBUSY when the file has a trigger by another request; by this one: done already, by a
 * predecessor. Else the kernel's own answers.
 */
bool lx_triggers_set(LxTriggers *triggers, const LxTriggerSetter *setter,
	const LxTriggerRequest *wanted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What poll(2) answers for a file that has nothing to tell. */
unsigned lx_triggers_poll_nothing(void);

/*
 * What poll(2) answers for this file now: POLLPRI once for each event that has happened since. A
 * trigger that could not be set again after a worker's death is set again for this caller.
 */
unsigned lx_triggers_poll(LxTriggers *triggers, const LxTriggerSetter *setter, LxHandle handle);

/* ---- Changes ----------------------------------------------------------------------------- */

/* Is the file watched by this process? */
bool lx_triggers_watches(LxTriggers *triggers, LxHandle handle);
/*
 * Watches a file by a descriptor of lx_view_watch, which is taken over. False when it is not open,
 * or has a trigger. `changed`: since its reader read it, it has changed already.
 */
bool lx_triggers_watch(LxTriggers *triggers, LxHandle handle, int fd, bool changed);
/* What poll(2) answers for a watched file: POLLERR and POLLPRI from a change until it is read. */
unsigned lx_triggers_poll_watched(LxTriggers *triggers, LxHandle handle);
/* The file is about to be read: whatever changes from now on is news. */
void lx_triggers_reread(LxTriggers *triggers, LxHandle handle);

/* The file was closed. */
void lx_triggers_drop(LxTriggers *triggers, LxHandle handle);
