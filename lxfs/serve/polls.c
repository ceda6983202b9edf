/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pressure files: setting triggers and polling them. */
#include "serve/polls.h"

#include "serve/journal.h"

#include <errno.h>

void lx_polls_set_trigger(
	fuse_req_t request, const LxTriggerSetter *setter, LxTriggerRequest *wanted)
{
	LxFront *front = lx_request_front(request);
	LxSlot *slot = lx_seats_slot(&front->seats);
	GError *failure = NULL;
	uint64_t done;

	wanted->request = slot ? lx_journal_key(slot) : 0;
	if (slot && lx_journal_result(slot, &done)) {
		fuse_reply_write(request, wanted->length);
		return;
	}
	if (!lx_triggers_set(front->triggers, setter, wanted, &failure)) {
		lx_request_fail(request, failure);
		return;
	}
	if (slot)
		lx_journal_note(slot, 1);
	fuse_reply_write(request, wanted->length);
}

static void on_write(fuse_req_t request, fuse_ino_t inode, const char *bytes, size_t size,
	off_t offset, struct fuse_file_info *file)
{
	LxCaller caller = lx_request_caller(request);
	LxTriggerSetter setter = lx_triggers_setter(&caller);
	LxTriggerRequest wanted = {
		.handle = file->fh,
		.node = lx_request_node(request, inode),
		.connection = LX_CONNECTION_PRESSURE,
		.text = bytes,
		.length = size,
		.container = lx_tree_owner(&caller),
	};

	lx_polls_set_trigger(request, &setter, &wanted);
}

/* The number by which the kernel wants to be told stands in the request itself. */
static uint64_t poll_handle_of(const LxSlot *slot)
{
	const struct fuse_poll_in *in =
		(const void *)(slot->request + sizeof(struct fuse_in_header));

	return in->kh;
}

void lx_polls_answer(fuse_req_t request, fuse_ino_t inode, LxHandle handle,
	struct fuse_pollhandle *poller, LxPollsAsk ask)
{
	LxFront *front = lx_request_front(request);
	LxSlot *slot = lx_seats_slot(&front->seats);
	bool wants_telling = poller != NULL;
	uint64_t events;

	if (poller)
		fuse_pollhandle_destroy(poller);
	if (!slot) {
		fuse_reply_err(request, ENOSYS);
		return;
	}
	if (wants_telling)
		lx_open_files_set_poll(front->files, handle, poll_handle_of(slot));
	if (!lx_journal_result(slot, &events)) {
		events = ask(request, inode, handle);
		lx_journal_note(slot, events);
	}
	fuse_reply_poll(request, (unsigned)events);
}

static unsigned ask_trigger(fuse_req_t request, fuse_ino_t inode, LxHandle handle)
{
	LxCaller caller = lx_request_caller(request);
	LxTriggerSetter setter = lx_triggers_setter(&caller);

	return lx_triggers_poll(lx_request_front(request)->triggers, &setter, handle);
}

static void on_poll(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file,
	struct fuse_pollhandle *poller)
{
	const LxSession *session = fuse_req_userdata(request);

	if (session->kind == LX_CONNECTION_PRESSURE) {
		lx_polls_answer(request, inode, file->fh, poller, ask_trigger);
		return;
	}
	if (poller)
		fuse_pollhandle_destroy(poller);
	fuse_reply_err(request, ENOSYS);
}

void lx_polls_add(struct fuse_lowlevel_ops *operations)
{
	operations->write = on_write;
	operations->poll = on_poll;
}
