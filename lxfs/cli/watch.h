/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Containers as they come: each is told of once, when its runtime has finished making it. */
#pragma once

#include "lxfs.h"

/* What has become of a container that was told of. */
typedef enum {
	LX_WATCH_DONE,
	LX_WATCH_LATER, /* it should be told of again in some seconds */
} LxWatchOutcome;

typedef struct {
	const LxSettings *library;
	const char *runtime; /* only its containers; NULL: of any */
	bool all;            /* also those that do not ask by lxfs.io/inject */
	LxWatchOutcome (*found)(const char *id, pid_t init_pid, gpointer data);
	gpointer data;
} LxWatchRequest;

/*
 * Until SIGTERM or SIGINT. Tells systemd when the containers that were there have been told of.
 * Single-threaded; `found` may fork.
 */
bool lx_watch_run(const LxWatchRequest *request, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Does a container want views, by what its lxfs.io/inject says (NULL: nothing)? */
bool lx_watch_wants(const char *inject, bool all);
