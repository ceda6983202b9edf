/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which thread's request a worker died on.
 *
 * A signal handler gets no argument of ours, so what it needs stands in a file-scope variable: the
 * one exception to the rule against them. It is written before the threads exist that read it.
 */
#include "serve/fatal.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define HANDLER_STACK_BYTES 65536

static struct {
	LxEstate *estate;
	const LxSeats *seats;
} watched;

/* kill(2) and its like, from another process; the kernel's own signals have codes above 0. */
static bool came_from_outside(const siginfo_t *info)
{
	return info->si_code <= 0 && info->si_pid != getpid();
}

static int32_t faulting_slot(const siginfo_t *info)
{
	const LxSlot *slot = watched.seats ? lx_seats_slot(watched.seats) : NULL;

	if (came_from_outside(info))
		return LX_FAULTING_OUTSIDE;
	return slot ? (int32_t)(slot - watched.estate->slots) : LX_FAULTING_NOBODY;
}

/* Async-signal-safe: looks a pointer up and stores a number; then the default action ends us. */
static void on_fatal_signal(int number, siginfo_t *info, void *context)
{
	atomic_store(&watched.estate->header->faulting_slot, faulting_slot(info));
	raise(number);
}

void lx_fatal_watch(LxEstate *estate)
{
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
	struct sigaction action = {
		.sa_sigaction = on_fatal_signal,
		.sa_flags = (int)(SA_RESETHAND | SA_SIGINFO | SA_ONSTACK),
	};

	watched.estate = estate;
	for (size_t i = 0; i < G_N_ELEMENTS(fatal); i++)
		sigaction(fatal[i], &action, NULL);
}

void lx_fatal_set_seats(const LxSeats *seats)
{
	watched.seats = seats;
}

void lx_fatal_enter_thread(void)
{
	stack_t stack = {.ss_sp = malloc(HANDLER_STACK_BYTES), .ss_size = HANDLER_STACK_BYTES};

	if (stack.ss_sp && sigaltstack(&stack, NULL) < 0)
		free(stack.ss_sp);
}
