/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cgroup view's files: opening, reading, writing, polling, extended attributes.
 *
 * Who may write to a cgroup file the kernel decides by whoever opened it, so that a program with
 * more rights cannot be given an open file of somebody with less and write to it for him. Nobody
 * keeps the kernel's files open for writing here: a write is carried out by the writer's rights,
 * and only if he has the ids of whoever opened the file.
 */
#include "serve/cgroup_files.h"

#include "fd.h"
#include "serve/polls.h"
#include "serve/request.h"
#include "serve/texts.h"

#include <errno.h>
#include <string.h>

static LxViewCaller caller_of(fuse_req_t request)
{
	return lx_request_view_caller(request);
}

static uint64_t user_of(fuse_req_t request)
{
	const struct fuse_ctx *context = fuse_req_ctx(request);

	return (uint64_t)context->uid << 32 | context->gid;
}

static bool has_view(fuse_req_t request)
{
	if (lx_context_view(lx_request_front(request)->context))
		return true;
	fuse_reply_err(request, ENOENT);
	return false;
}

/* ---- Opening and reading ----------------------------------------------------------------- */

static void on_open(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	LxViewCaller caller = caller_of(request);
	LxNode node = lx_request_node(request, inode);
	LxFront *front = lx_request_front(request);
	GError *failure = NULL;

	if (!has_view(request))
		return;
	if (!lx_view_open(&caller, node, file->flags, &failure)) {
		lx_request_fail(request, failure);
		return;
	}
	file->fh = lx_texts_take_record(request, inode);
	if (file->fh == 0 && (file->flags & O_ACCMODE) != O_RDONLY) {
		fuse_reply_err(request, ENFILE);
		return;
	}
	lx_open_files_set_user(front->files, file->fh, user_of(request));
	lx_texts_reply_open(request, file);
}

static bool make_text(fuse_req_t request, fuse_ino_t inode, GString *text)
{
	LxViewCaller caller = caller_of(request);
	GError *failure = NULL;

	if (lx_view_read(&caller, lx_request_node(request, inode), text, &failure))
		return true;
	lx_request_fail(request, failure);
	return false;
}

static void on_read(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file)
{
	LxTextPart wanted = {.inode = inode, .size = size, .offset = offset, .file = file};

	if (!has_view(request))
		return;
	if (offset == 0)
		lx_triggers_reread(lx_request_front(request)->triggers, file->fh);
	lx_texts_serve(request, &wanted, make_text);
}

/* ---- Writing ----------------------------------------------------------------------------- */

typedef struct {
	LxViewCaller caller;
	LxNode node;
	const char *bytes;
	size_t size;
} Write;

static bool carry_out(gconstpointer data, GError **error)
{
	const Write *wanted = data;

	return lx_view_write(&wanted->caller, wanted->node, wanted->bytes, wanted->size, error);
}

static int set_trigger(
	gconstpointer caller, LxNode node, const char *text, size_t length, GError **error)
{
	return lx_view_set_trigger(caller, node, text, length, error);
}

static void write_trigger(fuse_req_t request, const Write *write_, LxHandle handle)
{
	LxTriggerSetter setter = {set_trigger, &write_->caller};
	LxTriggerRequest wanted = {
		.handle = handle,
		.node = write_->node,
		.connection = LX_CONNECTION_CGROUP,
		.text = write_->bytes,
		.length = write_->size,
	};

	lx_polls_set_trigger(request, &setter, &wanted);
}

static void write_once(fuse_req_t request, const Write *wanted, bool acts)
{
	LxDeed once = {.run = carry_out, .data = wanted, .acts = acts};
	int code = lx_request_do_once(request, &once);

	if (code)
		fuse_reply_err(request, code);
	else
		fuse_reply_write(request, wanted->size);
}

static void on_write(fuse_req_t request, fuse_ino_t inode, const char *bytes, size_t size,
	off_t offset, struct fuse_file_info *file)
{
	Write wanted = {caller_of(request), lx_request_node(request, inode), bytes, size};
	LxFront *front = lx_request_front(request);
	LxViewEffect effect;

	if (!has_view(request))
		return;
	if (!lx_open_files_is_of(front->files, file->fh, user_of(request))) {
		fuse_reply_err(request, EPERM);
		return;
	}
	effect = lx_view_effect(&wanted.caller, wanted.node);
	if (effect == LX_VIEW_TRIGGERS)
		write_trigger(request, &wanted, file->fh);
	else
		write_once(request, &wanted, effect == LX_VIEW_ACTS);
}

/* ---- Polling ----------------------------------------------------------------------------- */

/* Is the text another one than its reader was given? So it is too for who has read none. */
static bool has_changed(
	fuse_req_t request, const LxViewCaller *caller, LxNode node, LxHandle handle)
{
	LxFront *front = lx_request_front(request);
	g_autoptr(GString) now = g_string_new(NULL);
	g_autofree char *given = NULL;
	ssize_t length = lx_open_files_copy(front->files, handle, 0, SIZE_MAX, &given);

	return length < 0 || !lx_view_read(caller, node, now, NULL) || (size_t)length != now->len ||
	       memcmp(given ? given : "", now->str, now->len) != 0;
}

/* Watched before it is compared: what changes in between is noted twice rather than never. */
static bool watch(fuse_req_t request, const LxViewCaller *caller, LxNode node, LxHandle handle)
{
	LxTriggers *triggers = lx_request_front(request)->triggers;
	g_auto(LxFd) fd = -1;

	if (lx_triggers_watches(triggers, handle))
		return true;
	fd = lx_view_watch(caller, node, NULL);
	if (fd < 0)
		return false;
	return lx_triggers_watch(
		triggers, handle, lx_fd_steal(&fd), has_changed(request, caller, node, handle));
}

/* A pressure file has a trigger or nothing to tell; so has one that is not the caller's. */
static unsigned ask_file(fuse_req_t request, fuse_ino_t inode, LxHandle handle)
{
	LxViewCaller caller = caller_of(request);
	LxNode node = lx_request_node(request, inode);
	LxTriggers *triggers = lx_request_front(request)->triggers;
	LxTriggerSetter setter = {set_trigger, &caller};
	LxViewEffect effect = lx_view_effect(&caller, node);

	if (effect == LX_VIEW_TRIGGERS)
		return lx_triggers_poll(triggers, &setter, handle);
	if (effect != LX_VIEW_NOTHING && watch(request, &caller, node, handle))
		return lx_triggers_poll_watched(triggers, handle);
	return lx_triggers_poll_nothing();
}

static void on_poll(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file,
	struct fuse_pollhandle *poller)
{
	if (caller_of(request).view) {
		lx_polls_answer(request, inode, file->fh, poller, ask_file);
		return;
	}
	if (poller)
		fuse_pollhandle_destroy(poller);
	has_view(request);
}

/* ---- Extended attributes ----------------------------------------------------------------- */

#define XATTR_MAX_BYTES 65536u

/* A size of 0 asks how large the answer would be. */
static void reply_xattr(
	fuse_req_t request, const char *bytes, ssize_t got, size_t room, GError *failure)
{
	if (got < 0)
		lx_request_fail(request, failure);
	else if (room == 0)
		fuse_reply_xattr(request, (size_t)got);
	else
		fuse_reply_buf(request, bytes, (size_t)got);
}

static void on_getxattr(fuse_req_t request, fuse_ino_t inode, const char *name, size_t room)
{
	LxViewCaller caller = caller_of(request);
	size_t bounded = MIN(room, XATTR_MAX_BYTES);
	g_autofree char *value = g_malloc(bounded);
	GError *failure = NULL;
	ssize_t got;

	if (!has_view(request))
		return;
	got = lx_view_get_xattr(
		&caller, lx_request_node(request, inode), name, value, bounded, &failure);
	reply_xattr(request, value, got, room, failure);
}

static void on_listxattr(fuse_req_t request, fuse_ino_t inode, size_t room)
{
	LxViewCaller caller = caller_of(request);
	size_t bounded = MIN(room, XATTR_MAX_BYTES);
	g_autofree char *names = g_malloc(bounded);
	GError *failure = NULL;
	ssize_t got;

	if (!has_view(request))
		return;
	got = lx_view_list_xattrs(
		&caller, lx_request_node(request, inode), names, bounded, &failure);
	reply_xattr(request, names, got, room, failure);
}

typedef struct {
	LxViewCaller caller;
	LxNode node;
	const LxViewXattr *xattr;
} XattrDeed;

static bool carry_out_xattr(gconstpointer data, GError **error)
{
	const XattrDeed *deed = data;

	return lx_view_set_xattr(&deed->caller, deed->node, deed->xattr, error);
}

/* One that was to be new is there when it had been made already, and one that was removed is not.
 */
static void set_xattr(fuse_req_t request, fuse_ino_t inode, const LxViewXattr *xattr)
{
	XattrDeed deed = {caller_of(request), lx_request_node(request, inode), xattr};
	LxDeed once = {
		.run = carry_out_xattr,
		.data = &deed,
		.done_already = xattr->value ? EEXIST : ENODATA,
	};

	if (has_view(request))
		fuse_reply_err(request, lx_request_do_once(request, &once));
}

static void on_setxattr(fuse_req_t request, fuse_ino_t inode, const char *name, const char *value,
	size_t size, int flags)
{
	LxViewXattr xattr = {.name = name, .value = value, .size = size, .flags = flags};

	set_xattr(request, inode, &xattr);
}

static void on_removexattr(fuse_req_t request, fuse_ino_t inode, const char *name)
{
	LxViewXattr xattr = {.name = name};

	set_xattr(request, inode, &xattr);
}

void lx_cgroup_files_add(struct fuse_lowlevel_ops *operations)
{
	operations->open = on_open;
	operations->read = on_read;
	operations->write = on_write;
	operations->poll = on_poll;
	operations->getxattr = on_getxattr;
	operations->listxattr = on_listxattr;
	operations->setxattr = on_setxattr;
	operations->removexattr = on_removexattr;
}
