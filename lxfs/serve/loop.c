/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The FUSE threads of a worker.
 *
 * libfuse's own loops receive into memory of their own, so they cannot be used here. A session gets
 * its requests through fuse_session_process_buf, first of all the saved FUSE_INIT: libfuse then
 * believes that it has just been mounted. The reply to that INIT is the kernel's first one from the
 * first worker; from every other one the kernel answers ENOENT to it, which libfuse passes over.
 */
#include "serve/loop.h"

#include "clock.h"
#include "serve/duty.h"
#include "serve/fatal.h"
#include "serve/fault.h"
#include "serve/journal.h"
#include "serve/thread.h"

#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct {
	LxLoop *loop;
	LxSlot *slot;
} Worker;

struct LxLoop {
	LxEstate *estate;
	LxFront *front;
	struct fuse_session *sessions[LX_N_CONNECTIONS];
	LxDuty *duties[LX_N_CONNECTIONS];
	Worker workers[LX_SLOTS_MAX];
	void (*ended)(gpointer data);
	gpointer data;
};

/* Not the one to the replayed INIT, nor what pollers are told in between. */
static void note_answer(LxSlot *slot, const struct fuse_out_header *reply)
{
	const struct fuse_in_header *request = slot ? lx_journal_request(slot) : NULL;

	if (request && request->unique == reply->unique)
		slot->answer = -reply->error;
}

static ssize_t write_reply(int fd, struct iovec *parts, int n_parts, void *data)
{
	ssize_t written;

	note_answer(lx_front_slot(data), parts[0].iov_base);
	lx_fault_point(LX_FAULT_BEFORE_REPLY);
	written = writev(fd, parts, n_parts);
	lx_fault_point(LX_FAULT_AFTER_REPLY);
	return written;
}

static ssize_t never_read(int fd, void *into, size_t size, void *data)
{
	errno = ENOSYS;
	return -1;
}

static bool replay_init(LxLoop *loop, int kind, GError **error)
{
	static const struct fuse_custom_io io = {.writev = write_reply, .read = never_read};
	LxEstateConnection *connection = &loop->estate->header->connections[kind];
	struct fuse_buf request = {.mem = connection->init, .size = connection->init_bytes};

	if (fuse_session_custom_io(loop->sessions[kind], &io, loop->estate->connection_fds[kind]) !=
		0) {
		lx_error_set(error, EIO, "giving libfuse its connection");
		return false;
	}
	fuse_session_process_buf(loop->sessions[kind], &request);
	return true;
}

static bool open_connection(LxLoop *loop, int kind, GError **error)
{
	loop->sessions[kind] = lx_front_session(loop->front, kind);
	if (!loop->sessions[kind]) {
		lx_error_set(error, EIO, "making a FUSE session");
		return false;
	}
	loop->duties[kind] = lx_duty_new(loop->estate->connection_fds[kind], error);
	return loop->duties[kind] && replay_init(loop, kind, error);
}

LxLoop *lx_loop_new(LxEstate *estate, LxFront *front, GError **error)
{
	LxLoop *loop = g_new0(LxLoop, 1);

	loop->estate = estate;
	loop->front = front;
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		if (!open_connection(loop, kind, error)) {
			g_free(loop);
			return NULL;
		}
	return loop;
}

static void answer(Worker *worker, size_t bytes)
{
	LxLoop *loop = worker->loop;
	LxSlot *slot = worker->slot;
	struct fuse_buf request = {.mem = slot->request, .size = bytes};

	slot->answer = 0;
	if (slot->refused)
		slot->answer = lx_journal_refuse(
			slot, loop->estate->connection_fds[slot->connection], EIO);
	else
		fuse_session_process_buf(loop->sessions[slot->connection], &request);
}

static void process(Worker *worker, size_t bytes)
{
	LxSlot *slot = worker->slot;
	LxTallied begun =
		lx_tally_begin((const void *)slot->request, lx_clock_now_nsec(CLOCK_MONOTONIC));

	answer(worker, bytes);
	lx_tally_end(&slot->tally, &begun, slot->answer, lx_clock_now_nsec(CLOCK_MONOTONIC));
}

static void finish_predecessors_request(Worker *worker)
{
	const struct fuse_in_header *left = lx_journal_request(worker->slot);

	if (!left || left->len > LX_SLOT_REQUEST_BYTES)
		return;
	lx_journal_mark_left(worker->slot);
	process(worker, left->len);
}

static void *serve_requests(void *data)
{
	Worker *worker = data;
	LxSlot *slot = worker->slot;
	LxDuty *duty = worker->loop->duties[slot->connection];
	int fuse_fd = worker->loop->estate->connection_fds[slot->connection];
	ssize_t got;

	lx_seats_take(lx_front_seats(worker->loop->front), slot);
	lx_fatal_enter_thread();
	lx_journal_prepare(slot);
	finish_predecessors_request(worker);
	do {
		lx_fault_point(LX_FAULT_BEFORE_CLEAR);
		lx_journal_clear(slot);
		lx_fault_point(LX_FAULT_BEFORE_RECEIVE);
		lx_duty_wait(duty);
		got = lx_journal_receive(slot, fuse_fd);
		lx_duty_take(duty);
		if (got <= 0)
			continue;
		lx_fault_point(LX_FAULT_AFTER_RECEIVE);
		process(worker, (size_t)got);
	} while (got >= 0);
	if (slot->connection == LX_CONNECTION_VIEWS)
		worker->loop->ended(worker->loop->data);
	return NULL;
}

bool lx_loop_start(LxLoop *loop, void (*ended)(gpointer data), gpointer data, GError **error)
{
	loop->ended = ended;
	loop->data = data;
	for (unsigned i = 0; i < loop->estate->header->n_slots; i++) {
		Worker *worker = &loop->workers[i];
		int code;

		*worker = (Worker){.loop = loop, .slot = &loop->estate->slots[i]};
		code = lx_thread_start(serve_requests, worker);
		if (code) {
			lx_error_set_errno(error, code, "starting FUSE thread %u", i);
			return false;
		}
	}
	return true;
}
