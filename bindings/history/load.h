/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Load averages: a sample of every container that was asked about in the last 15 minutes, every 5
 * seconds, averaged as the kernel does (kernel/sched/loadavg.c). Lives in memory that the caller
 * gives, under the same rules as history/history.h. Safe from any thread.
 */
#pragma once

#include "base/error.h"
#include "identity/container.h"
#include "model/load_average.h"

typedef struct LxLoad LxLoad;

size_t lx_load_bytes(unsigned n_containers);
LxLoad *lx_load_new(void *memory, size_t bytes);
void lx_load_free(LxLoad *load);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxLoad, lx_load_free)

/*
 * The averages of a container that has `active` tasks running or blocked now. Has it sampled from
 * here on, for 15 minutes. Boot time.
 */
LxLoadAverage lx_load_read(
	LxLoad *load, LxContainer *container, unsigned active, uint64_t now_nsec);

/* A sample of a container, and what it has used until then: the next one may be known by that. */
typedef struct {
	bool has_usage;
	uint64_t usage_nsec;
	unsigned running;
	unsigned blocked;
} LxLoadSample;

typedef enum {
	LX_LOAD_GONE,    /* the container has: it is let go */
	LX_LOAD_SAME,    /* the last sample holds */
	LX_LOAD_CHANGED, /* its tasks are to be counted */
} LxLoadLook;

/*
 * Turns the last sample of each container (zero: none) into one of now, in two rounds: all are
 * looked at before the first is counted, so that one count may do for all. Called unlocked.
 */
typedef struct {
	LxLoadLook (*look)(LxContainer *container, LxLoadSample *sample, gpointer data);
	/* False when the container has gone. */
	bool (*count)(LxContainer *container, LxLoadSample *sample, gpointer data);
} LxLoadCounter;

/* Samples the containers asked about lately. Call every 5 seconds. */
void lx_load_sample(LxLoad *load, uint64_t now_nsec, const LxLoadCounter *counter, gpointer data);

/*
 * Lets go of all containers: each is sampled again once it is asked about, and the ticks between
 * are made up for as after a restart. False when there were none.
 */
bool lx_load_release(LxLoad *load);

/* How many containers are being sampled: for tests and metrics. */
unsigned lx_load_n_watched(LxLoad *load);
