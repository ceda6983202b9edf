/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal: which request each FUSE thread is working on, in memory that survives it. */
#include "serve/journal.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FAILED_PAUSE_USEC 100000

const struct fuse_in_header *lx_journal_request(const LxSlot *slot)
{
	const struct fuse_in_header *header = (const void *)slot->request;

	if (__atomic_load_n(&header->len, __ATOMIC_ACQUIRE) == 0)
		return NULL;
	return header;
}

/*
 * The kernel numbers the requests of a connection in steps of two, for FUSE_INTERRUPT to have a
 * number of its own, and never uses them up: the lowest bit and the highest are free to tell the
 * connections apart.
 */
_Static_assert(LX_N_CONNECTIONS <= 4, "two bits name the connection");

uint64_t lx_journal_key(const LxSlot *slot)
{
	const struct fuse_in_header *request = lx_journal_request(slot);

	return request ? request->unique << 1 | slot->connection : 0;
}

void lx_journal_prepare(LxSlot *slot)
{
	mlock(slot, sizeof *slot);
	for (size_t at = 0; at < sizeof slot->request; at += 4096)
		__atomic_fetch_or(&slot->request[at], 0, __ATOMIC_RELAXED);
}

/* The length goes first: dying after that leaves an empty slot, whatever else stands in it. */
void lx_journal_clear(LxSlot *slot)
{
	struct fuse_in_header *header = (void *)slot->request;

	__atomic_store_n(&header->len, 0, __ATOMIC_RELEASE);
	atomic_store(&slot->carried_out, LX_DEED_NONE);
	slot->container = 0;
	slot->refused = 0;
	slot->left = 0;
}

void lx_journal_mark_left(LxSlot *slot)
{
	slot->left = 1;
}

bool lx_journal_was_left(const LxSlot *slot)
{
	return slot->left;
}

/* Unmounted, or aborted (fuse_dev_do_read in fs/fuse/dev.c). */
bool lx_journal_is_end(int code)
{
	return code == ENODEV || code == ECONNABORTED;
}

/* ENOENT: the request was interrupted before it was read. */
static bool is_ordinary(int code)
{
	return code == ENOENT || code == EINTR || code == EAGAIN;
}

/*
 * An error that is not the connection's end has cost one request at most, and that one has its
 * answer from the kernel. One that stays must not cost a CPU.
 */
static ssize_t pass_over(int code)
{
	if (is_ordinary(code))
		return 0;
	g_warning("receiving a request: %s, ignoring", g_strerror(code));
	g_usleep(FAILED_PAUSE_USEC);
	return 0;
}

ssize_t lx_journal_receive(LxSlot *slot, int fuse_fd)
{
	ssize_t got = read(fuse_fd, slot->request, sizeof slot->request);

	if (got >= (ssize_t)sizeof(struct fuse_in_header))
		return got;
	if (got < 0 && lx_journal_is_end(errno))
		return -1;
	return pass_over(got < 0 ? errno : EPROTO);
}

bool lx_journal_result(const LxSlot *slot, uint64_t *result)
{
	if (atomic_load(&slot->carried_out) != LX_DEED_DONE)
		return false;
	*result = slot->result;
	return true;
}

void lx_journal_note(LxSlot *slot, uint64_t result)
{
	slot->result = result;
	atomic_store(&slot->carried_out, LX_DEED_DONE);
}

void lx_journal_begin(LxSlot *slot)
{
	atomic_store(&slot->carried_out, LX_DEED_BEGUN);
}

bool lx_journal_is_in_doubt(const LxSlot *slot)
{
	return atomic_load(&slot->carried_out) == LX_DEED_BEGUN;
}

int lx_journal_refuse(const LxSlot *slot, int fuse_fd, int code)
{
	const struct fuse_in_header *request = lx_journal_request(slot);
	struct fuse_out_header reply = {.len = sizeof reply, .error = -code};
	ssize_t written;

	if (!request)
		return code;
	reply.unique = request->unique;
	written = write(fuse_fd, &reply, sizeof reply);
	(void)written; /* ENOENT: it was answered before */
	return code;
}
