/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Handing the estate to another program image of the same process: `lxfs reload` (the supervisor
 * executes the program now on disk) and the death of a supervisor (its worker becomes the next
 * one). What is handed over are descriptors; their numbers stand in the environment.
 */
#pragma once

#include "serve/estate.h"

/* What a predecessor left in the environment. */
typedef struct {
	LxEstate *estate; /* owned */
	pid_t worker;     /* still serving; 0: none */
	int previous;     /* the program to go back to if this one does not come up; -1: none */
} LxInheritance;

void lx_inheritance_clear(LxInheritance *inheritance);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInheritance, lx_inheritance_clear)

/*
 * Takes over what the environment names, and takes it out of the environment. True with a NULL
 * estate when there is nothing. EPROTO when a predecessor of another version left it.
 */
bool lx_handover_take(LxInheritance *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Executes `program` with the estate. Returns only on failure, everything as it was. */
void lx_handover_execute(
	const LxEstate *estate, const char *program, char **argv, pid_t worker, GError **error);
