/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signals that the supervisor is told of. */
#include "serve/signals.h"

#include <signal.h>
#include <sys/signalfd.h>

#include <glib.h>

int lx_signals_block(void)
{
	static const int handled[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
	sigset_t set;

	signal(SIGPIPE, SIG_IGN); /* a worker may die before it is given its go */
	sigemptyset(&set);
	for (size_t i = 0; i < G_N_ELEMENTS(handled); i++) {
		sigaddset(&set, handled[i]);
		signal(handled[i], SIG_DFL);
	}
	sigprocmask(SIG_SETMASK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}
