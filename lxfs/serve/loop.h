/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The FUSE threads of a worker: each one has a slot of the journal, finishes what its predecessor
 * left there, and then receives and answers one request after the other.
 */
#pragma once

#include "serve/front.h"

typedef struct LxLoop LxLoop;

/* One session per connection, brought to life with the saved FUSE_INIT. `front` must outlive it. */
LxLoop *lx_loop_new(LxEstate *estate, LxFront *front, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Starts a thread for every slot. `ended` is called, from a FUSE thread, when the views are gone.
 */
bool lx_loop_start(LxLoop *loop, void (*ended)(gpointer data), gpointer data,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
