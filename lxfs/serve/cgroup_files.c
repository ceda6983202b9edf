/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cgroup view's files: opening, reading, writing, extended attributes.
 *
 * Who may write to a cgroup file the kernel decides by whoever opened it, so that a program with
 * more rights cannot be given an open file of somebody with less and write to it for him. Nobody
 * keeps the kernel's files open here: a write is carried out by the writer's rights, and only if
 * he has the ids of whoever opened the file.
 */
#include "serve/cgroup_files.h"

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

	if (has_view(request))
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

static void on_write(fuse_req_t request, fuse_ino_t inode, const char *bytes, size_t size,
	off_t offset, struct fuse_file_info *file)
{
	Write wanted = {caller_of(request), lx_request_node(request, inode), bytes, size};
	LxDeed once = {.run = carry_out, .data = &wanted};
	LxFront *front = lx_request_front(request);
	int code;

	if (!has_view(request))
		return;
	if (!lx_open_files_is_of(front->files, file->fh, user_of(request))) {
		fuse_reply_err(request, EPERM);
		return;
	}
	once.acts = lx_view_acts(&wanted.caller, wanted.node);
	code = lx_request_do_once(request, &once);
	if (code)
		fuse_reply_err(request, code);
	else
		fuse_reply_write(request, size);
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

static void set_xattr(fuse_req_t request, fuse_ino_t inode, const LxViewXattr *xattr)
{
	LxViewCaller caller = caller_of(request);
	GError *failure = NULL;

	if (!has_view(request))
		return;
	if (lx_view_set_xattr(&caller, lx_request_node(request, inode), xattr, &failure))
		fuse_reply_err(request, 0);
	else
		lx_request_fail(request, failure);
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
	operations->getxattr = on_getxattr;
	operations->listxattr = on_listxattr;
	operations->setxattr = on_setxattr;
	operations->removexattr = on_removexattr;
}
