/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which thread's request a worker died on.
 *
 * A signal handler gets no argument of ours, so what it needs stands in a file-scope variable: the
 * one exception to the rule against them. It is written once, before any thread exists.
 */
#include "serve/fatal.h"

#include <signal.h>

static struct {
	LxEstate *estate;
	const LxFront *front;
} watched;

/* Async-signal-safe: looks a pointer up and stores a number; then the default action ends us. */
static void on_fatal_signal(int number)
{
	LxSlot *slot = lx_front_slot(watched.front);

	if (slot)
		atomic_store(&watched.estate->header->faulting_slot,
			(int32_t)(slot - watched.estate->slots));
	raise(number);
}

void lx_fatal_watch(LxEstate *estate, const LxFront *front)
{
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
	struct sigaction action = {.sa_handler = on_fatal_signal, .sa_flags = (int)SA_RESETHAND};

	watched.estate = estate;
	watched.front = front;
	for (size_t i = 0; i < G_N_ELEMENTS(fatal); i++)
		sigaction(fatal[i], &action, NULL);
}
