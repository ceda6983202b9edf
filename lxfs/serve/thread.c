/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread that answers. */
#include "serve/thread.h"

#include <pthread.h>
#include <signal.h>

int lx_thread_start(void *(*run)(void *data), void *data)
{
	pthread_t thread;
	sigset_t all, before;
	int code;

	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGABRT);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&thread, NULL, run, data);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code == 0)
		pthread_detach(thread);
	return code;
}
