/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The threads of a worker that answer containers' system calls.
 *
 * A listener is in the hands of one thread at a time, for one call; then it goes to the end of the
 * queue. So a container that calls without pause, or whose memory cannot be written to because its
 * own file server does not answer, costs the others one thread, and there are more than one: as
 * many as are needed, up to a bound.
 */
#pragma once

#include "serve/estate.h"

typedef struct LxDesk LxDesk;

/* Begins with what this process holds, and goes on with what the supervisor gets. Never ends. */
LxDesk *lx_desk_new(LxContext *context, LxEstate *estate, GError **error) G_GNUC_WARN_UNUSED_RESULT;
