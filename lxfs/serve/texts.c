/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Open files and what is read from them.
 *
 * Texts are never cached: one page cache serves all who bind a node, and would give one container's
 * text to another. Direct IO keeps read(2) out of it, but since Linux 6.5 splice and sendfile go
 * through it all the same. Such a READ carries no lock owner, while every read(2) does, and is
 * answered EINVAL: sendfile falls back to read, a private mmap faults, and nothing shared ever
 * enters the cache.
 */
#include "serve/texts.h"

#include "serve/journal.h"
#include "serve/request.h"

#include <errno.h>

/* What a reader may be told as it is; all else means that the text could not be made. */
static int read_error(const GError *failure)
{
	switch (lx_error_code(failure)) {
	case ENOENT:
	case EACCES:
	case EISDIR:
	case ESTALE:
	case ENOTSUP:
		return lx_error_code(failure);
	default:
		return EIO;
	}
}

static void reply_read_failure(fuse_req_t request, GError *failure)
{
	failure->code = read_error(failure);
	lx_request_fail(request, failure);
}

static bool make_text(fuse_req_t request, fuse_ino_t inode, GString *text)
{
	LxCaller caller = lx_request_caller(request);
	GError *failure = NULL;

	if (lx_tree_read(&caller, lx_request_node(request, inode), text, &failure))
		return true;
	reply_read_failure(request, failure);
	return false;
}

static void reply_part(fuse_req_t request, const GString *text, size_t size, off_t offset)
{
	if ((uint64_t)offset >= text->len)
		fuse_reply_buf(request, NULL, 0);
	else
		fuse_reply_buf(request, text->str + offset, MIN(size, text->len - (size_t)offset));
}

/*
 * A worker that died behind its reply leaves a reader who has the first part of that text: to make
 * it anew now would give him the second part of another one.
 */
static bool was_made(const LxSlot *slot)
{
	uint64_t made;

	return slot && lx_journal_result(slot, &made);
}

static void keep_text(LxFront *front, LxHandle handle, const GString *text)
{
	LxSlot *slot = lx_seats_slot(&front->seats);

	if (lx_open_files_set_text(front->files, handle, text->str, text->len) && slot)
		lx_journal_note(slot, 1);
}

/* At offset 0 the text is made anew; everywhere else the one that was made is served. */
void lx_texts_serve(fuse_req_t request, const LxTextPart *wanted, LxTextMaker make)
{
	LxFront *front = lx_request_front(request);
	const struct fuse_file_info *file = wanted->file;
	size_t size = wanted->size;
	off_t offset = wanted->offset;
	g_autofree char *part = NULL;
	g_autoptr(GString) text = NULL;
	ssize_t copied = -1;

	if (file->lock_owner == 0) {
		fuse_reply_err(request, EINVAL);
		return;
	}
	if (offset > 0 || was_made(lx_seats_slot(&front->seats)))
		copied = lx_open_files_copy(front->files, file->fh, (uint64_t)offset, size, &part);
	if (copied >= 0) {
		fuse_reply_buf(request, part, (size_t)copied);
		return;
	}
	text = g_string_sized_new(4096);
	if (!make(request, wanted->inode, text))
		return;
	keep_text(front, file->fh, text);
	reply_part(request, text, size, offset);
}

static void on_read(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file)
{
	LxTextPart wanted = {.inode = inode, .size = size, .offset = offset, .file = file};

	lx_texts_serve(request, &wanted, make_text);
}

/* A pressure file that its container does not have cannot be opened, as with the kernel's own. */
static bool check_pressure(fuse_req_t request, fuse_ino_t inode)
{
	g_autoptr(GString) text = g_string_new(NULL);

	return make_text(request, inode, text);
}

static bool may_open(fuse_req_t request, fuse_ino_t inode, int flags)
{
	LxCaller caller = lx_request_caller(request);
	LxAttributes attributes;
	GError *failure = NULL;
	const LxSession *session = fuse_req_userdata(request);
	bool writing = (flags & O_ACCMODE) != O_RDONLY;

	if (!writing && session->kind != LX_CONNECTION_PRESSURE)
		return true;
	if (!lx_tree_attributes(&caller, lx_request_node(request, inode), &attributes, &failure)) {
		lx_request_fail(request, failure);
		return false;
	}
	if (writing && !attributes.trigger) {
		fuse_reply_err(request, EACCES);
		return false;
	}
	return !attributes.trigger || check_pressure(request, inode);
}

/* Whose share a record is in. Known already where the open itself depends on who asks. */
static uint64_t container_of(fuse_req_t request)
{
	LxFront *front = lx_request_front(request);
	const LxSlot *slot = lx_seats_slot(&front->seats);
	LxCaller caller = {.context = front->context, .tid = fuse_req_ctx(request)->pid};
	uint64_t container;

	if (slot && slot->container)
		return slot->container;
	if (lx_open_files_are_few(front->files))
		return 0;
	container = lx_tree_owner(&caller);
	return container ? container : LX_CALLER_HOST;
}

/* A worker may have died anywhere between taking a record and replying: then that one is used. */
static LxHandle open_once(fuse_req_t request, LxNode node)
{
	LxFront *front = lx_request_front(request);
	LxSlot *slot = lx_seats_slot(&front->seats);
	uint64_t opener = slot ? lx_journal_key(slot) : 0;
	LxHandle handle = 0;

	if (slot && lx_journal_result(slot, &handle))
		return handle;
	if (slot && lx_journal_was_left(slot))
		handle = lx_open_files_find(front->files, opener);
	if (handle == 0)
		handle = lx_open_files_open(front->files, node, opener, container_of(request));
	if (slot)
		lx_journal_note(slot, handle);
	return handle;
}

LxHandle lx_texts_take_record(fuse_req_t request, fuse_ino_t inode)
{
	return open_once(request, lx_request_node(request, inode));
}

/* ENOENT: nobody waits for the answer any more, or a predecessor has given it. */
void lx_texts_reply_open(fuse_req_t request, struct fuse_file_info *file)
{
	LxFront *front = lx_request_front(request);
	const LxSlot *slot = lx_seats_slot(&front->seats);
	bool left = slot && lx_journal_was_left(slot);

	file->direct_io = 1;
	file->noflush = 1;
	if (fuse_reply_open(request, file) == -ENOENT && !left)
		lx_open_files_close(front->files, file->fh);
}

static void on_open(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	if (!may_open(request, inode, file->flags))
		return;
	file->fh = lx_texts_take_record(request, inode);
	lx_texts_reply_open(request, file);
}

static void on_release(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	lx_triggers_drop(lx_request_front(request)->triggers, file->fh);
	lx_open_files_close(lx_request_front(request)->files, file->fh);
	fuse_reply_err(request, 0);
}

void lx_texts_add(struct fuse_lowlevel_ops *operations)
{
	operations->open = on_open;
	operations->read = on_read;
	operations->release = on_release;
}
