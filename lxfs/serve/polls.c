/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pressure files: setting triggers and polling them. */
#include "serve/polls.h"

#include "serve/journal.h"
#include "serve/request.h"

#include <errno.h>

static void on_write(fuse_req_t request, fuse_ino_t inode, const char *bytes, size_t size,
	off_t offset, struct fuse_file_info *file)
{
	LxFront *front = lx_request_front(request);
	LxSlot *slot = lx_seats_slot(&front->seats);
	LxCaller caller = lx_request_caller(request);
	LxTriggerRequest wanted = {
		.handle = file->fh,
		.node = lx_request_node(request, inode),
		.text = bytes,
		.length = size,
		.request = slot ? lx_journal_key(slot) : 0,
	};
	GError *failure = NULL;
	uint64_t done;

	if (slot && lx_journal_result(slot, &done)) {
		fuse_reply_write(request, size);
		return;
	}
	if (!lx_triggers_set(front->triggers, &caller, &wanted, &failure)) {
		lx_request_fail(request, failure);
		return;
	}
	if (slot)
		lx_journal_note(slot, 1);
	fuse_reply_write(request, size);
}

/* The number by which the kernel wants to be told stands in the request itself. */
static uint64_t poll_handle_of(const LxSlot *slot)
{
	const struct fuse_poll_in *in =
		(const void *)(slot->request + sizeof(struct fuse_in_header));

	return in->kh;
}

static void on_poll(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file,
	struct fuse_pollhandle *handle)
{
	LxFront *front = lx_request_front(request);
	const LxSession *session = fuse_req_userdata(request);
	LxSlot *slot = lx_seats_slot(&front->seats);
	LxCaller caller = lx_request_caller(request);
	bool wants_telling = handle != NULL;
	uint64_t events;

	if (handle)
		fuse_pollhandle_destroy(handle);
	if (session->kind != LX_CONNECTION_PRESSURE || !slot) {
		fuse_reply_err(request, ENOSYS);
		return;
	}
	if (wants_telling)
		lx_open_files_set_poll(front->files, file->fh, poll_handle_of(slot));
	if (!lx_journal_result(slot, &events)) {
		events = lx_triggers_poll(front->triggers, &caller, file->fh);
		lx_journal_note(slot, events);
	}
	fuse_reply_poll(request, (unsigned)events);
}

void lx_polls_add(struct fuse_lowlevel_ops *operations)
{
	operations->write = on_write;
	operations->poll = on_poll;
}
