/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The FUSE front: requests -> liblxfs -> replies. */
#include "serve/cgroup_files.h"
#include "serve/cgroup_names.h"
#include "serve/entries.h"
#include "serve/polls.h"
#include "serve/refusals.h"
#include "serve/request.h"
#include "serve/texts.h"

/*
 * The kernel sends RELEASE in the background, and of what is sent so only as many at once as it was
 * told here (fuse_request_queue_background): beside many readers closed files would wait for their
 * turn, with their texts, by the thousand.
 */
#define BACKGROUND_MOST 4096

/*
 * The kernel takes a page at most at once for a cgroup file, and refuses more
 * (kernfs_fop_write_iter): to be refused it must arrive in one piece.
 */
static void on_init(void *data, struct fuse_conn_info *connection)
{
	const LxSession *session = data;

	connection->max_write = session->kind == LX_CONNECTION_CGROUP ? 8192 : 4096;
	connection->max_readahead = 0;
	connection->max_background = BACKGROUND_MOST;
	connection->want &=
		~(unsigned)(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE |
			    FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO);
}

LxFront *lx_front_new(
	LxContext *context, LxEstate *estate, LxOpenFiles *files, LxTriggers *triggers)
{
	LxFront *front = g_new0(LxFront, 1);

	front->context = context;
	front->estate = estate;
	front->files = files;
	front->triggers = triggers;
	lx_seats_init(&front->seats);
	lx_ration_init(&front->complaints);
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		front->sessions[kind] = (LxSession){.front = front, .kind = kind};
	return front;
}

void lx_front_free(LxFront *front)
{
	if (!front)
		return;
	lx_seats_clear(&front->seats);
	lx_ration_clear(&front->complaints);
	g_free(front);
}

struct fuse_session *lx_front_session(LxFront *front, LxConnectionKind kind)
{
	struct fuse_lowlevel_ops operations = {.init = on_init};
	char *arguments[] = {(char *)"lxfs", NULL};
	struct fuse_args args = {.argc = 1, .argv = arguments};

	lx_entries_add(&operations);
	lx_texts_add(&operations);
	lx_polls_add(&operations);
	lx_refusals_add(&operations);
	if (kind == LX_CONNECTION_CGROUP) {
		lx_cgroup_names_add(&operations);
		lx_cgroup_files_add(&operations);
	}
	return fuse_session_new(&args, &operations, sizeof operations, &front->sessions[kind]);
}

LxSlot *lx_front_slot(const void *session)
{
	return lx_seats_slot(&((const LxSession *)session)->front->seats);
}

const LxSeats *lx_front_seats(const LxFront *front)
{
	return &front->seats;
}
