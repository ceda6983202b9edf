/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every FUSE operation asks of its request: the front it came to, the node it names, who asks.
 * Shared by the files that the front is made of, and by nobody else.
 */
#pragma once

#include "serve/front.h"
#include "serve/ration.h"

typedef struct {
	LxFront *front;
	LxConnectionKind kind;
} LxSession;

struct LxFront {
	LxContext *context;
	LxEstate *estate;
	LxOpenFiles *files;
	LxTriggers *triggers;
	LxSeats seats;
	LxRation complaints; /* lines in the log of answers of EIO */
	LxSession sessions[LX_N_CONNECTIONS];
};

LxFront *lx_request_front(fuse_req_t request);
/* FUSE calls the root of every connection 1; every other number is liblxfs's own. */
LxNode lx_request_node(fuse_req_t request, fuse_ino_t inode);
LxCaller lx_request_caller(fuse_req_t request);
/* In the cgroup view. */
LxViewCaller lx_request_view_caller(fuse_req_t request);

/*
 * A deed that must not be done twice. If a worker died in the middle of it, it is tried again, and
 * an error that says that it had been done counts as success.
 */
typedef struct {
	bool (*run)(gconstpointer data, GError **error);
	gconstpointer data;
	int done_already; /* that error; 0: none does */
	bool acts;        /* doing it again would do something again: then EINTR is the answer */
} LxDeed;

/* The errno; 0: it is done. */
int lx_request_do_once(fuse_req_t request, const LxDeed *deed);

/*
 * Answers with the error's code, and logs it when that is EIO, as far as there is a ration of
 * lines; frees it.
 */
void lx_request_fail(fuse_req_t request, GError *failure);
