/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A reload as the supervisor goes through it: the program on disk is asked first whether it can
 * take over; then, at a quiet moment, the supervisor executes it. How it ended is noted in the
 * estate.
 */
#pragma once

#include "serve/check.h"
#include "serve/supervisor.h"

typedef struct {
	LxSupervision *given;
	bool wanted;
	bool checked;
	LxCheck check; /* .answer = -1: none is under way */
} LxReloading;

/* The next step, if one is due. `worker` serves, and will be the new program's. */
void lx_reloading_advance(LxReloading *reloading, pid_t worker);

/* A child has ended; it may have been the one that asked. */
void lx_reloading_reap(LxReloading *reloading, pid_t pid, int status);

/* Notes how a reload ended. */
void lx_reloading_conclude(
	const LxSupervision *given, LxReloadOutcome outcome, const char *message);

/*
 * The program that was just executed does not come up: executes the one before it. Its worker must
 * have ended. Returns only when that fails too.
 */
void lx_reloading_go_back(const LxSupervision *given, const char *why);
