/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The register of listeners. */
#include "calls/register.h"

#include "calls/listener.h"
#include "calls/monitor.h"
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* ---- Holders ----------------------------------------------------------------------------- */

static uint64_t holder_here(int fd)
{
	return (uint64_t)getpid() << 32 | (uint32_t)fd;
}

static pid_t pid_of(uint64_t holder)
{
	return (pid_t)(holder >> 32);
}

static int fd_of(uint64_t holder)
{
	return (int)(holder & UINT32_MAX);
}

static int copy_of(uint64_t holder)
{
	g_auto(LxFd) process = holder ? pidfd_open(pid_of(holder), 0) : -1;

	return process < 0 ? -1 : pidfd_getfd(process, fd_of(holder), 0);
}

static bool is_kept(int fd)
{
	return lx_listener_is(fd) || lx_monitor_is(fd);
}

static bool is_socket(int fd)
{
	int listens = 0;
	socklen_t size = sizeof listens;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens;
}

static bool are_same(int fd, int other)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

static void tell(LxEstate *estate)
{
	_Atomic uint32_t *changed = &estate->header->listeners_changed;

	atomic_fetch_add(changed, 1);
	syscall(SYS_futex, changed, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* ---- The supervisor's -------------------------------------------------------------------- */

static void forget(LxEstate *estate, unsigned row)
{
	LxListener *own = &estate->listeners[row];

	if (own->serial)
		lx_fd_clear(&own->fd);
	own->serial = 0;
}

static void hold(LxEstate *estate, unsigned row, uint32_t serial, int fd)
{
	forget(estate, row);
	estate->listeners[row] = (LxListener){.serial = serial, .fd = fd};
}

static uint32_t next_serial(LxEstateHeader *header)
{
	header->listeners_serial++;
	if (header->listeners_serial == 0)
		header->listeners_serial++;
	return header->listeners_serial;
}

/* The search begins behind the last one, so that a row is free for as long as can be. */
static bool find_free(const LxEstate *estate, unsigned limit, unsigned *out)
{
	unsigned first = estate->header->listeners_serial % limit;

	for (unsigned i = 0; i < limit; i++) {
		unsigned row = (first + i) % limit;

		if (atomic_load(&estate->listener_rows[row].serial) != 0)
			continue;
		*out = row;
		return true;
	}
	return false;
}

bool lx_register_add(LxEstate *estate, int fd, unsigned limit, unsigned *out_row)
{
	LxListenerRow *row;
	uint32_t serial;
	unsigned at;

	if (!find_free(estate, MIN(limit, LX_LISTENERS_MAX), &at))
		return false;
	row = &estate->listener_rows[at];
	serial = next_serial(estate->header);
	hold(estate, at, serial, fd);
	memset(row->call, 0, sizeof row->call);
	row->deaths = 0;
	atomic_store(&row->replied, 0);
	atomic_store(&row->holder, holder_here(fd));
	atomic_store(&row->serial, serial);
	tell(estate);
	*out_row = at;
	return true;
}

void lx_register_remove(LxEstate *estate, unsigned row)
{
	atomic_store(&estate->listener_rows[row].serial, 0);
	forget(estate, row);
	tell(estate);
}

unsigned lx_register_count(const LxEstate *estate)
{
	unsigned n = 0;

	for (unsigned row = 0; row < LX_LISTENERS_MAX; row++)
		n += atomic_load(&estate->listener_rows[row].serial) != 0;
	return n;
}

void lx_register_restore(LxEstate *estate, uint32_t serial, int fd)
{
	g_auto(LxFd) given = fd;

	for (unsigned row = 0; serial && row < LX_LISTENERS_MAX; row++) {
		if (atomic_load(&estate->listener_rows[row].serial) != serial || !is_kept(given))
			continue;
		hold(estate, row, serial, lx_fd_steal(&given));
		return;
	}
}

static void claim_row(LxEstate *estate, unsigned at)
{
	LxListenerRow *row = &estate->listener_rows[at];
	uint32_t serial = atomic_load(&row->serial);

	if (serial && estate->listeners[at].serial == serial)
		atomic_store(&row->holder, holder_here(estate->listeners[at].fd));
	else if (serial)
		atomic_store(&row->serial, 0);
}

void lx_register_claim(LxEstate *estate)
{
	if (atomic_load(&estate->header->supervisor) != getpid())
		return;
	lx_register_pull(estate, NULL, NULL);
	for (unsigned row = 0; row < LX_LISTENERS_MAX; row++)
		claim_row(estate, row);
	lx_register_name_receptions(estate);
}

void lx_register_name_receptions(LxEstate *estate)
{
	for (int i = 0; i < LX_N_RECEPTIONS; i++)
		atomic_store(&estate->header->receptions[i],
			estate->receptions[i] < 0 ? 0 : holder_here(estate->receptions[i]));
	tell(estate);
}

void lx_register_release(LxEstate *estate)
{
	for (unsigned row = 0; row < LX_LISTENERS_MAX; row++)
		forget(estate, row);
	for (int i = 0; i < LX_N_RECEPTIONS; i++)
		lx_fd_clear(&estate->receptions[i]);
}

static void adopt_reception(LxEstate *estate, int kind)
{
	uint64_t holder = atomic_load(&estate->header->receptions[kind]);

	if (pid_of(holder) == getpid() && is_socket(fd_of(holder)))
		estate->receptions[kind] = fd_of(holder);
}

void lx_register_adopt(LxEstate *estate)
{
	for (unsigned at = 0; at < LX_LISTENERS_MAX; at++) {
		LxListenerRow *row = &estate->listener_rows[at];
		uint64_t holder = atomic_load(&row->holder);

		if (atomic_load(&row->serial) != 0 && pid_of(holder) == getpid() &&
			estate->listeners[at].serial == 0 && is_kept(fd_of(holder)))
			hold(estate, at, atomic_load(&row->serial), fd_of(holder));
	}
	for (int kind = 0; kind < LX_N_RECEPTIONS; kind++)
		adopt_reception(estate, kind);
	lx_register_set_close_on_exec(estate, true);
}

void lx_register_set_close_on_exec(const LxEstate *estate, bool on)
{
	int flag = on ? FD_CLOEXEC : 0;

	for (unsigned row = 0; row < LX_LISTENERS_MAX; row++)
		if (estate->listeners[row].serial)
			fcntl(estate->listeners[row].fd, F_SETFD, flag);
	for (int i = 0; i < LX_N_RECEPTIONS; i++)
		if (estate->receptions[i] >= 0)
			fcntl(estate->receptions[i], F_SETFD, flag);
}

void lx_register_note_death(LxEstate *estate)
{
	for (unsigned at = 0; at < LX_LISTENERS_MAX; at++) {
		LxListenerRow *row = &estate->listener_rows[at];
		const struct seccomp_notif *call = (const void *)row->call;

		if (atomic_load(&row->serial) && call->id)
			row->deaths++;
	}
}

/* ---- Everybody else's -------------------------------------------------------------------- */

static bool pull_row(LxEstate *estate, unsigned at)
{
	LxListenerRow *row = &estate->listener_rows[at];
	uint32_t serial = atomic_load(&row->serial);
	g_auto(LxFd) copy = -1;

	if (estate->listeners[at].serial == serial)
		return false;
	forget(estate, at);
	copy = serial ? copy_of(atomic_load(&row->holder)) : -1;
	if (copy < 0 || !is_kept(copy) || atomic_load(&row->serial) != serial)
		return false;
	hold(estate, at, serial, lx_fd_steal(&copy));
	return true;
}

/*
 * A copy outlives the name in the runtime folder, which whoever serves may have removed or given to
 * another socket: ours is exchanged for what he has. When he has died, ours is the best there is.
 */
static void pull_reception(LxEstate *estate, int kind)
{
	uint64_t holder = atomic_load(&estate->header->receptions[kind]);
	g_auto(LxFd) copy = -1;

	if (pid_of(holder) == getpid())
		return;
	copy = copy_of(holder);
	if (holder && (copy < 0 || !is_socket(copy) || are_same(copy, estate->receptions[kind])))
		return;
	lx_fd_clear(&estate->receptions[kind]);
	estate->receptions[kind] = lx_fd_steal(&copy);
}

void lx_register_pull(LxEstate *estate, LxRegisterAdded added, gpointer data)
{
	for (unsigned row = 0; row < LX_LISTENERS_MAX; row++)
		if (pull_row(estate, row) && added)
			added(row, data);
	for (int kind = 0; kind < LX_N_RECEPTIONS; kind++)
		pull_reception(estate, kind);
}

void lx_register_wait(LxEstate *estate, uint32_t *seen)
{
	_Atomic uint32_t *changed = &estate->header->listeners_changed;

	while (atomic_load(changed) == *seen)
		syscall(SYS_futex, changed, FUTEX_WAIT, *seen, NULL, NULL, 0);
	*seen = atomic_load(changed);
}
