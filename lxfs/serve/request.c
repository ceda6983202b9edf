/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every FUSE operation asks of its request. */
#include "serve/request.h"

#include "clock.h"
#include "serve/fault.h"
#include "serve/quarantine.h"

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

void lx_request_fail(fuse_req_t request, GError *failure)
{
	fuse_reply_err(request, lx_error_code(failure));
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
