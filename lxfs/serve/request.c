/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every FUSE operation asks of its request. */
#include "serve/request.h"

#include "clock.h"
#include "serve/fault.h"
#include "serve/journal.h"
#include "serve/quarantine.h"

#include <errno.h>

LxFront *lx_request_front(fuse_req_t request)
{
	return ((LxSession *)fuse_req_userdata(request))->front;
}

LxNode lx_request_node(fuse_req_t request, fuse_ino_t inode)
{
	const LxSession *session = fuse_req_userdata(request);

	if (inode != FUSE_ROOT_ID)
		return inode;
	return session->front->estate->header->connections[session->kind].root;
}

/* A container can have such an answer as often as it asks, and with paths of its choice in it. */
static void complain(LxFront *front, pid_t pid, const char *why)
{
	unsigned withheld;

	if (!lx_ration_take(&front->complaints, lx_clock_now_nsec(CLOCK_MONOTONIC), &withheld))
		return;
	if (withheld)
		g_warning("answering EIO: %u more lines like the next were withheld", withheld);
	g_warning("answering EIO to process %d: %.512s", (int)pid, why);
}

void lx_request_fail(fuse_req_t request, GError *failure)
{
	int code = lx_error_code(failure);

	if (code == EIO)
		complain(lx_request_front(request), fuse_req_ctx(request)->pid, failure->message);
	fuse_reply_err(request, code);
	g_error_free(failure);
}

/* Notes for the supervisor whose text is being made, in case it kills us. */
static bool admit(uint64_t container, gpointer data)
{
	LxFront *front = data;
	LxSlot *slot = lx_seats_slot(&front->seats);

	if (!slot)
		return true;
	slot->container = container;
	if (lx_quarantine_holds(front->estate, container, lx_clock_now_nsec(CLOCK_BOOTTIME)))
		return false;
	lx_fault_point(LX_FAULT_MID_RENDER);
	return true;
}

LxCaller lx_request_caller(fuse_req_t request)
{
	return (LxCaller){
		.context = lx_request_front(request)->context,
		.tid = fuse_req_ctx(request)->pid,
		.admit = admit,
		.data = lx_request_front(request),
	};
}

/* The ids are those of the file system: what the kernel would ask for. */
LxViewCaller lx_request_view_caller(fuse_req_t request)
{
	const struct fuse_ctx *context = fuse_req_ctx(request);

	return (LxViewCaller){
		.view = lx_context_view(lx_request_front(request)->context),
		.tid = context->pid,
		.uid = context->uid,
		.gid = context->gid,
		.admit = admit,
		.data = lx_request_front(request),
	};
}

static int run(const LxDeed *deed)
{
	g_autoptr(GError) failure = NULL;

	return deed->run(deed->data, &failure) ? 0 : lx_error_code(failure);
}

int lx_request_do_once(fuse_req_t request, const LxDeed *deed)
{
	LxSlot *slot = lx_seats_slot(&lx_request_front(request)->seats);
	uint64_t result;
	bool in_doubt;

	if (!slot)
		return run(deed);
	if (lx_journal_result(slot, &result))
		return (int)result;
	in_doubt = lx_journal_is_in_doubt(slot);
	lx_journal_begin(slot);
	result = in_doubt && deed->acts ? EINTR : (uint64_t)run(deed);
	if (in_doubt && deed->done_already && result == (uint64_t)deed->done_already)
		result = 0;
	lx_journal_note(slot, result);
	return (int)result;
}
