/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open files and what is read from them. */
#pragma once

#include "serve/request.h"

/* Fills in the operations on open files. */
void lx_texts_add(struct fuse_lowlevel_ops *operations);

/* Makes a text, or answers the request with an error. */
typedef bool (*LxTextMaker)(fuse_req_t request, fuse_ino_t inode, GString *text);

typedef struct {
	fuse_ino_t inode;
	size_t size;
	off_t offset;
	const struct fuse_file_info *file;
} LxTextPart;

/* Answers a READ, from the text that the open file has or from a new one. */
void lx_texts_serve(fuse_req_t request, const LxTextPart *wanted, LxTextMaker make);

/* For an OPEN: the open file's record, the same one however often the request is answered. */
LxHandle lx_texts_take_record(fuse_req_t request, fuse_ino_t inode);
void lx_texts_reply_open(fuse_req_t request, struct fuse_file_info *file);
