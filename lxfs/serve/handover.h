/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Handing the estate to another program image: `lxfs reload` (the supervisor executes the program
 * now on disk) and the death of a supervisor (its worker becomes the next one). What is handed over
 * are descriptors; their numbers stand in the environment, as LXFS_INHERITANCE="1 memory=4 ...":
 * the version of this list, and its parts. A part that is not known here is refused, not passed
 * over.
 */
#pragma once

#include "serve/estate.h"

/* Either direction: what a predecessor left, and what is left to a successor. */
typedef struct {
	LxEstate *estate; /* owned; NULL: nothing was left */
	int lock;         /* of the runtime folder; -1: none */
	pid_t worker;     /* still serving; 0: none */
	int previous;     /* the program to go back to if this one does not come up; -1: none, the
			     worker is to be kept */
	int elder;        /* connection to whom we took over from while it stands by; -1: none */
	bool on_trial;    /* it serves until we are prepared (serve/succession.h); not handed on */
} LxInheritance;

#define LX_INHERITANCE_NOTHING ((LxInheritance){.lock = -1, .previous = -1, .elder = -1})

void lx_inheritance_clear(LxInheritance *inheritance);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInheritance, lx_inheritance_clear)

/*
 * Takes over what the environment names, and takes it out of the environment. True with a NULL
 * estate when there is nothing. EPROTO when a predecessor of another version left it.
 */
bool lx_handover_take(LxInheritance *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts it into the environment and lets the descriptors pass exec; the second one undoes that. */
void lx_handover_leave(const LxInheritance *inheritance);
void lx_handover_keep(const LxInheritance *inheritance);

/* Executes `program` with the inheritance. Returns only on failure, everything as it was. */
void lx_handover_execute(
	const LxInheritance *inheritance, const char *program, char **argv, GError **error);
