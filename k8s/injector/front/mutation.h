/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers POST /mutate. The main thread's. */
#pragma once

#include "front/metrics.h"
#include "front/namespaces.h"
#include "review/policy.h"

#include <libsoup/soup.h>

/* The largest body is one byte less: what an API server sends at most is far below. */
#define LX_INJECT_MUTATION_BYTES_MAX (3u << 20)

typedef struct LxInjectMutations LxInjectMutations;

/* Borrows all three. */
LxInjectMutations *lx_inject_mutations_new(
	const LxInjectPolicy *policy, LxInjectNamespaces *namespaces, LxInjectMetrics *metrics);
/* Not while one waits for its namespace. */
void lx_inject_mutations_free(LxInjectMutations *mutations);

/*
 * What of each body is above this shares the room that follows. So the usual review always has its
 * place (there are at most 512 connections), and all bodies together have a bound: a parsed one is
 * some ten times its text, and the pod's memory is limited.
 */
#define LX_INJECT_MUTATION_SMALL_BYTES (32u << 10)
#define LX_INJECT_MUTATION_ROOM_BYTES (8u << 20)

/* To be called when a request's headers are there, before its body is read: it gets its bound. */
void lx_inject_mutations_bound(LxInjectMutations *mutations, SoupServerMessage *message);
/* To be called when it is over, however it ended: gives back the room that its body had. */
void lx_inject_mutations_release(LxInjectMutations *mutations, SoupServerMessage *message);
/* Answers it now, or later when the namespace has to be asked for. */
void lx_inject_mutations_answer(LxInjectMutations *mutations, SoupServerMessage *message);
