/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RUNTIME/seccomp: the socket on which OCI runtimes hand over listeners. */
#include "calls/reception.h"

#include "calls/listener.h"
#include "calls/register.h"
#include "clock.h"
#include "runtime.h"
#include "runtime_socket.h"
#include "serve/store.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define PATIENCE_NSEC (UINT64_C(10) * 1000000000)
/* The kernel's SCM_MAX_FD. */
#define FDS_MAX 253
#define EVENTS_AT_ONCE 64

/* What an event is about: one of these, and which. */
enum { SOURCE_SOCKET, SOURCE_GUEST, SOURCE_LISTENER };

static const struct {
	const char *name;
	int type;
} sockets[LX_N_RECEPTIONS] = {
	[LX_RECEPTION_OCI] = {"seccomp", SOCK_STREAM},
	[LX_RECEPTION_LXC] = {"seccomp-lxc", SOCK_SEQPACKET},
};

static bool is_supervisor(const LxReception *self)
{
	return atomic_load(&self->estate->header->supervisor) == getpid();
}

static uint64_t source(unsigned kind, unsigned index)
{
	return (uint64_t)kind << 32 | index;
}

static void watch(const LxReception *self, int fd, uint32_t events, uint64_t about)
{
	struct epoll_event event = {.events = events, .data.u64 = about};

	if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		g_warning("watching a seccomp listener: %s, ignoring", g_strerror(errno));
}

/* Others may have copies: without this the events of a closed descriptor would go on. */
static void unwatch(const LxReception *self, int fd)
{
	epoll_ctl(self->epoll, EPOLL_CTL_DEL, fd, NULL);
}

/* POLLHUP and POLLERR are always told. */
static void watch_listener(const LxReception *self, unsigned row)
{
	watch(self, self->estate->listeners[row].fd, 0, source(SOURCE_LISTENER, row));
}

static void on_pulled(unsigned row, gpointer data)
{
	watch_listener(data, row);
}

void lx_reception_init(LxReception *self, LxEstate *estate, const LxProgramSettings *settings)
{
	*self = (LxReception){
		.estate = estate,
		.settings = settings,
		.epoll = epoll_create1(EPOLL_CLOEXEC),
	};
	for (int i = 0; i < LX_RECEPTION_GUESTS; i++)
		self->guests[i].fd = -1;
	lx_register_adopt(estate);
	if (!is_supervisor(self)) /* whoever is may end at any moment */
		lx_register_pull(estate, NULL, NULL);
	for (unsigned row = 0; row < LX_LISTENERS_MAX; row++)
		if (estate->listeners[row].serial)
			watch_listener(self, row);
}

void lx_reception_clear(LxReception *self)
{
	for (int i = 0; i < LX_RECEPTION_GUESTS; i++)
		lx_fd_clear(&self->guests[i].fd);
	lx_fd_clear(&self->epoll);
}

/* ---- The socket -------------------------------------------------------------------------- */

static void make_socket(LxReception *self, LxReceptionKind kind)
{
	LxEstate *estate = self->estate;
	g_autoptr(GError) error = NULL;

	estate->receptions[kind] = lx_runtime_socket_listen(self->settings->runtime_dir,
		sockets[kind].name, sockets[kind].type, SOMAXCONN, &error);
	if (estate->receptions[kind] < 0)
		g_warning("%s; sysinfo(2) of new containers is not answered, ignoring",
			error->message);
	lx_register_name_receptions(estate);
	if (estate->receptions[kind] >= 0)
		lx_store_push_reception(estate, kind);
}

static void open_socket(LxReception *self, LxReceptionKind kind)
{
	int *fd = &self->estate->receptions[kind];

	if (*fd < 0)
		make_socket(self, kind);
	if (*fd >= 0)
		watch(self, *fd, EPOLLIN, source(SOURCE_SOCKET, kind));
}

static void remove_sockets(LxReception *self)
{
	lx_reception_close(self);
	for (int kind = 0; kind < LX_N_RECEPTIONS; kind++) {
		lx_runtime_remove(self->settings->runtime_dir, sockets[kind].name);
		lx_fd_clear(&self->estate->receptions[kind]);
	}
	lx_register_name_receptions(self->estate);
}

void lx_reception_open(LxReception *self)
{
	lx_register_claim(self->estate);
	if (!self->settings->sysinfo) {
		remove_sockets(self);
		return;
	}
	if (self->open)
		return;
	for (int kind = 0; kind < LX_N_RECEPTIONS; kind++)
		open_socket(self, kind);
	self->open = true;
}

void lx_reception_close(LxReception *self)
{
	for (int kind = 0; kind < LX_N_RECEPTIONS && self->open; kind++)
		if (self->estate->receptions[kind] >= 0)
			unwatch(self, self->estate->receptions[kind]);
	self->open = self->paused = false;
}

/* ---- Guests ------------------------------------------------------------------------------ */

static bool is_root(int peer)
{
	struct ucred credentials;
	socklen_t size = sizeof credentials;

	if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
		return false;
	if (credentials.uid != 0)
		g_warning("a seccomp listener of process %d of user %u, ignoring",
			(int)credentials.pid, (unsigned)credentials.uid);
	return credentials.uid == 0;
}

static bool namespace_of(const char *process, struct stat *out)
{
	g_autofree char *path = g_build_filename("/proc", process, "ns/pid", NULL);

	return stat(path, out) == 0;
}

/* LXC's monitor tells of a caller by its number, which must be the one that it has here. */
static bool is_neighbour(int peer)
{
	struct ucred credentials = {0};
	socklen_t size = sizeof credentials;
	struct stat own, its;
	char process[16];

	if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
		return false;
	g_snprintf(process, sizeof process, "%d", (int)credentials.pid);
	if (namespace_of("self", &own) && namespace_of(process, &its) && own.st_ino == its.st_ino)
		return true;
	g_warning("a monitor of LXC in another PID namespace, ignoring");
	return false;
}

static LxReceptionGuest *free_seat(LxReception *self)
{
	for (int i = 0; i < LX_RECEPTION_GUESTS; i++)
		if (self->guests[i].fd < 0)
			return &self->guests[i];
	return NULL;
}

static unsigned limit(const LxReception *self)
{
	return MIN(self->settings->library.max_containers, LX_LISTENERS_MAX);
}

static bool has_room(LxReception *self)
{
	return free_seat(self) && lx_register_count(self->estate) < limit(self);
}

/* Whoever finds no room waits in the socket. */
static void make_wait(LxReception *self)
{
	bool full = free_seat(self) != NULL;

	if (full && !self->full)
		g_warning("there are max-containers = %u seccomp listeners: new ones wait",
			limit(self));
	self->full = full;
	lx_reception_close(self);
	self->paused = true;
}

static void seat(LxReception *self, LxFd *peer)
{
	LxReceptionGuest *guest = free_seat(self);

	guest->deadline_nsec = lx_clock_now_nsec(CLOCK_MONOTONIC) + PATIENCE_NSEC;
	guest->fd = lx_fd_steal(peer);
	watch(self, guest->fd, EPOLLIN, source(SOURCE_GUEST, (unsigned)(guest - self->guests)));
}

static void keep(LxFd *fd, gpointer data)
{
	LxReception *self = data;
	unsigned row;

	if (!lx_register_add(self->estate, *fd, limit(self), &row)) {
		g_warning("a seccomp listener more than max-containers = %u: its calls fail",
			limit(self));
		return;
	}
	lx_fd_steal(fd);
	watch_listener(self, row);
	lx_store_push_listener(&self->estate->listeners[row]);
}

static void welcome(LxReception *self, LxReceptionKind kind)
{
	g_auto(LxFd) peer = -1;

	if (!has_room(self)) {
		make_wait(self);
		return;
	}
	peer = accept4(self->estate->receptions[kind], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (peer < 0 || !is_root(peer))
		return;
	if (kind == LX_RECEPTION_OCI)
		seat(self, &peer);
	else if (is_neighbour(peer))
		keep(&peer, self);
}

static void part(LxReception *self, LxReceptionGuest *guest)
{
	unwatch(self, guest->fd);
	lx_fd_clear(&guest->fd);
}

/* Read to its end, so that the runtime never writes to a closed socket. */
static void hear(LxReception *self, LxReceptionGuest *guest)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} control;
	char text[4096];
	struct iovec part_of = {.iov_base = text, .iov_len = sizeof text};
	struct msghdr packet = {.msg_iov = &part_of,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control};
	ssize_t got = recvmsg(guest->fd, &packet, MSG_CMSG_CLOEXEC);

	if (got > 0)
		lx_listener_unpack(&packet, keep, self);
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		part(self, guest);
}

/* ---- Events ------------------------------------------------------------------------------ */

static bool has_ended(int fd)
{
	struct pollfd listener = {.fd = fd};

	return poll(&listener, 1, 0) != 0;
}

/* Whoever stands by lets go of it when the one that serves has said so. */
static void lose_listener(LxReception *self, unsigned row)
{
	const LxListener *listener = &self->estate->listeners[row];

	if (!listener->serial || !has_ended(listener->fd))
		return;
	unwatch(self, listener->fd);
	if (is_supervisor(self))
		lx_register_remove(self->estate, row);
}

static void take_event(LxReception *self, const struct epoll_event *event)
{
	unsigned index = (unsigned)(event->data.u64 & UINT32_MAX);

	switch (event->data.u64 >> 32) {
	case SOURCE_SOCKET:
		welcome(self, (LxReceptionKind)index);
		break;
	case SOURCE_GUEST:
		if (self->guests[index].fd >= 0)
			hear(self, &self->guests[index]);
		break;
	default:
		lose_listener(self, index);
	}
}

static void check_patience(LxReception *self)
{
	uint64_t now = lx_clock_now_nsec(CLOCK_MONOTONIC);

	for (int i = 0; i < LX_RECEPTION_GUESTS; i++)
		if (self->guests[i].fd >= 0 && now > self->guests[i].deadline_nsec)
			part(self, &self->guests[i]);
}

bool lx_reception_is_idle(const LxReception *self)
{
	for (int i = 0; i < LX_RECEPTION_GUESTS; i++)
		if (self->guests[i].fd >= 0)
			return false;
	return true;
}

int lx_reception_source(const LxReception *self)
{
	return self->epoll;
}

/* Who stands by gets copies of what the one that serves is given. */
void lx_reception_attend(LxReception *self)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	int n = epoll_wait(self->epoll, events, EVENTS_AT_ONCE, 0);

	for (int i = 0; i < n; i++)
		take_event(self, &events[i]);
	check_patience(self);
	if (self->paused && has_room(self)) {
		self->paused = false;
		lx_reception_open(self);
	}
	if (!is_supervisor(self))
		lx_register_pull(self->estate, on_pulled, self);
}
