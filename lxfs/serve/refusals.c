/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations that procfs does not have, answered with the errors that it gives. */
#include "serve/refusals.h"

#include <errno.h>
#include <stddef.h>

/*
 * What is there cannot be changed. A name that is not there cannot be given to anything either:
 * procfs says so when it looks the name up, here the kernel asks on.
 */

static void on_mknod(
	fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode, dev_t device)
{
	fuse_reply_err(request, ENOENT);
}

static void on_mkdir(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode)
{
	fuse_reply_err(request, ENOENT);
}

static void on_unlink(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	fuse_reply_err(request, EPERM);
}

static void on_symlink(fuse_req_t request, const char *target, fuse_ino_t parent, const char *name)
{
	fuse_reply_err(request, ENOENT);
}

static void on_link(fuse_req_t request, fuse_ino_t inode, fuse_ino_t parent, const char *name)
{
	fuse_reply_err(request, ENOENT);
}

static void on_create(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode,
	struct fuse_file_info *file)
{
	fuse_reply_err(request, ENOENT);
}

/* No file has extended attributes. */
static void on_listxattr(fuse_req_t request, fuse_ino_t inode, size_t size)
{
	if (size == 0)
		fuse_reply_xattr(request, 0);
	else
		fuse_reply_buf(request, NULL, 0);
}

void lx_refusals_add(struct fuse_lowlevel_ops *operations)
{
	operations->mknod = on_mknod;
	operations->mkdir = on_mkdir;
	operations->unlink = on_unlink;
	operations->rmdir = on_unlink;
	operations->symlink = on_symlink;
	operations->link = on_link;
	operations->create = on_create;
	operations->listxattr = on_listxattr;
}
