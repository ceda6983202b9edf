/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The threads of a worker that answer containers' system calls. */
#include "calls/desk.h"

#include "calls/answer.h"
#include "calls/monitor.h"
#include "calls/proxy.h"
#include "calls/register.h"
#include "fd.h"
#include "serve/fatal.h"
#include "serve/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

#define THREADS_MIN 2
#define THREADS_MAX 32

struct LxDesk {
	LxContext *context;
	LxEstate *estate;
	LxFd epoll;
	GMutex lock; /* guards the two */
	unsigned n_threads;
	unsigned n_idle;
};

/* A copy of its own: whoever works with it is the one who closes it. */
typedef struct {
	unsigned row;
	uint32_t serial;
	bool is_proxy;
	LxFd fd;
} Source;

static void arm(LxDesk *self, Source *source, int operation, uint32_t events)
{
	struct epoll_event event = {.events = events | EPOLLONESHOT, .data.ptr = source};

	if (epoll_ctl(self->epoll, operation, source->fd, &event) < 0)
		g_warning(
			"waiting for a container's system calls: %s, ignoring", g_strerror(errno));
}

/*
 * A call that a predecessor has taken and not answered polls POLLOUT. It may be a successor's, too,
 * and not in the row any more: so it is waited for only where there is one.
 */
static void open_source(unsigned row, gpointer data)
{
	LxDesk *self = data;
	const LxListener *listener = &self->estate->listeners[row];
	const struct seccomp_notif *left = (const void *)self->estate->listener_rows[row].call;
	Source *source = g_new(Source, 1);

	*source = (Source){
		.row = row,
		.serial = listener->serial,
		.is_proxy = lx_monitor_is(listener->fd),
		.fd = fcntl(listener->fd, F_DUPFD_CLOEXEC, 3),
	};
	arm(self, source, EPOLL_CTL_ADD, left->id ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void close_source(LxDesk *self, Source *source)
{
	epoll_ctl(self->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	lx_fd_clear(&source->fd);
	g_free(source);
}

/* False: there will be no more. */
static bool answer(LxDesk *self, const Source *source)
{
	if (source->is_proxy)
		return lx_proxy_next(self->context, self->estate, source->row, source->fd);
	lx_answer_next(self->context, self->estate, source->row, source->fd);
	return true;
}

/* A row that belongs to another listener by now is not touched. */
static void attend(LxDesk *self, Source *source, uint32_t events)
{
	const LxListenerRow *row = &self->estate->listener_rows[source->row];

	if (atomic_load(&row->serial) == source->serial && (events & (EPOLLIN | EPOLLOUT)) &&
		answer(self, source))
		arm(self, source, EPOLL_CTL_MOD, EPOLLIN);
	else
		close_source(self, source);
}

/* ---- Threads ----------------------------------------------------------------------------- */

static void *work(void *data);

static bool begin_thread(LxDesk *self, GError **error)
{
	int code;

	self->n_threads++;
	self->n_idle++;
	code = lx_thread_start(work, self);
	if (code == 0)
		return true;
	self->n_threads--;
	self->n_idle--;
	lx_error_set_errno(error, code, "starting a thread for system calls");
	return false;
}

static void sit_down(LxDesk *self)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

	self->n_idle--;
	if (self->n_idle == 0 && self->n_threads < THREADS_MAX && !begin_thread(self, NULL))
		g_debug("no more threads for system calls");
}

static void stand_up(LxDesk *self)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);

	self->n_idle++;
}

static void *work(void *data)
{
	LxDesk *self = data;
	struct epoll_event event;

	lx_fatal_enter_thread();
	for (;;) {
		if (epoll_wait(self->epoll, &event, 1, -1) != 1)
			continue;
		sit_down(self);
		attend(self, event.data.ptr, event.events);
		stand_up(self);
	}
	return NULL;
}

static void *follow(void *data)
{
	LxDesk *self = data;
	uint32_t seen = atomic_load(&self->estate->header->listeners_changed);

	for (;;) {
		lx_register_pull(self->estate, open_source, self);
		lx_register_wait(self->estate, &seen);
	}
	return NULL;
}

static bool begin(LxDesk *self, GError **error)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->lock);
	int code;

	for (int i = 0; i < THREADS_MIN; i++)
		if (!begin_thread(self, error))
			return false;
	code = lx_thread_start(follow, self);
	if (code == 0)
		return true;
	lx_error_set_errno(error, code, "starting the thread for seccomp listeners");
	return false;
}

LxDesk *lx_desk_new(LxContext *context, LxEstate *estate, GError **error)
{
	LxDesk *self = g_new0(LxDesk, 1);

	*self = (LxDesk){
		.context = context, .estate = estate, .epoll = epoll_create1(EPOLL_CLOEXEC)};
	g_mutex_init(&self->lock);
	for (unsigned row = 0; row < LX_LISTENERS_MAX; row++)
		if (estate->listeners[row].serial)
			open_source(row, self);
	if (begin(self, error))
		return self;
	g_free(self); /* and the worker ends */
	return NULL;
}
