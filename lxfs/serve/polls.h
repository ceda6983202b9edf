/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pressure files: setting triggers and polling them; what the cgroup view does alike. */
#pragma once

#include "serve/request.h"

/* Fills in the operations on pressure files. */
void lx_polls_add(struct fuse_lowlevel_ops *operations);

/* Answers a WRITE by setting a trigger, once; fills in the request's name in `wanted`. */
void lx_polls_set_trigger(
	fuse_req_t request, const LxTriggerSetter *setter, LxTriggerRequest *wanted);

/*
 * Answers a POLL, of which libfuse's handle is taken over: with what `ask` says, and the same when
 * the request is answered again.
 */
typedef unsigned (*LxPollsAsk)(fuse_req_t request, fuse_ino_t inode, LxHandle handle);
void lx_polls_answer(fuse_req_t request, fuse_ino_t inode, LxHandle handle,
	struct fuse_pollhandle *poller, LxPollsAsk ask);
