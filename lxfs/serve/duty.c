/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which threads of a connection wait for requests, and which rest. */
#include "serve/duty.h"

#include "fd.h"
#include "lxfs.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/timerfd.h>

struct LxDuty {
	int fuse_fd;
	LxFd timer;
	GMutex standby;          /* held by the one of those who rest that sleeps on the timer */
	_Atomic unsigned n_wait; /* in read(2), or about to be */
	_Atomic unsigned n_taken;
	_Atomic unsigned n_taken_before; /* when the timer was set */
	atomic_bool runs;                /* the timer does, or the standby looks */
};

LxDuty *lx_duty_new(int fuse_fd, GError **error)
{
	g_auto(LxFd) timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	LxDuty *duty;

	if (timer < 0) {
		lx_error_set_errno(error, errno, "making a timer for the FUSE threads");
		return NULL;
	}
	duty = g_new0(LxDuty, 1);
	duty->fuse_fd = fuse_fd;
	duty->timer = lx_fd_steal(&timer);
	g_mutex_init(&duty->standby);
	return duty;
}

void lx_duty_free(LxDuty *duty)
{
	lx_fd_clear(&duty->timer);
	g_mutex_clear(&duty->standby);
	g_free(duty);
}

/* A connection that has ended counts, too: whoever receives from it will see that. */
static bool has_requests(const LxDuty *duty)
{
	struct pollfd requests = {.fd = duty->fuse_fd, .events = POLLIN};

	return poll(&requests, 1, 0) != 0;
}

static void set_timer(LxDuty *duty)
{
	const struct itimerspec tick = {.it_value.tv_nsec = LX_DUTY_TICK_NSEC};

	atomic_store(&duty->n_taken_before, atomic_load(&duty->n_taken));
	atomic_store(&duty->runs, true);
	timerfd_settime(duty->timer, 0, &tick, NULL);
}

static void await_tick(const LxDuty *duty)
{
	uint64_t ticks;
	ssize_t got;

	do
		got = read(duty->timer, &ticks, sizeof ticks);
	while (got < 0 && errno == EINTR);
}

/* Nobody waits, and nobody has come back for more since the timer was set. */
static bool all_are_held_up(LxDuty *duty)
{
	return atomic_load(&duty->n_wait) == 0 &&
	       atomic_load(&duty->n_taken) == atomic_load(&duty->n_taken_before);
}

static void rest(LxDuty *duty)
{
	g_mutex_lock(&duty->standby);
	for (;;) {
		await_tick(duty);
		if (has_requests(duty) || all_are_held_up(duty))
			break;
		atomic_store(&duty->runs, false);
		/* Whoever begins to wait from here on sets the timer when it takes a request. */
		if (atomic_load(&duty->n_wait) == 0)
			set_timer(duty);
	}
	atomic_store(&duty->runs, false);
	g_mutex_unlock(&duty->standby);
}

void lx_duty_wait(LxDuty *duty)
{
	if (atomic_load(&duty->n_wait) > 0 && !has_requests(duty))
		rest(duty);
	atomic_fetch_add(&duty->n_wait, 1);
}

void lx_duty_take(LxDuty *duty)
{
	atomic_fetch_sub(&duty->n_wait, 1);
	atomic_fetch_add(&duty->n_taken, 1);
	if (!atomic_load(&duty->runs))
		set_timer(duty);
}
