/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The register of listeners: which there are, and which process holds them. A connection of LXC's
 * monitor (calls/proxy.h), through which the calls of his listeners come, is kept like one.
 *
 * The supervisor keeps every listener as long as its container lives: the last copy that is closed
 * makes all its calls fail. Each row of the estate says in one word which process has which
 * descriptor for it, so that any other one of lxfs can get a copy (pidfd_getfd(2)): a worker those
 * that came after its fork, a newcomer (serve/succession.h) those of its elder. Rows are changed by
 * the supervisor only; what they say of descriptors is held against the kernel.
 */
#pragma once

#include "serve/estate.h"

/* ---- The supervisor's ---- */

/* Takes the descriptor. False: `limit` rows are full, and it is not taken. */
bool lx_register_add(LxEstate *estate, int fd, unsigned limit, unsigned *out_row);
void lx_register_remove(LxEstate *estate, unsigned row);
unsigned lx_register_count(const LxEstate *estate);
/* Takes a descriptor that the store gives back; closes it when no row is its. */
void lx_register_restore(LxEstate *estate, uint32_t serial, int fd);

/* Has the rows name this process, if it is the supervisor; frees those that nobody can give. */
void lx_register_claim(LxEstate *estate);
/* Of the sockets that listeners come from: the supervisor has made or closed one. */
void lx_register_name_receptions(LxEstate *estate);
/* After exec: what the rows say of this process is still true. */
void lx_register_adopt(LxEstate *estate);
/* Closes all copies of this process; the rows stay. */
void lx_register_release(LxEstate *estate);
/* For exec; also the sockets that listeners come from. */
void lx_register_set_close_on_exec(const LxEstate *estate, bool on);

/* What a worker left unanswered has cost another life. */
void lx_register_note_death(LxEstate *estate);

/* ---- Everybody else's ---- */

/* Copies of what is new; `added`, if not NULL, is told each row. */
typedef void (*LxRegisterAdded)(unsigned row, gpointer data);
void lx_register_pull(LxEstate *estate, LxRegisterAdded added, gpointer data);
/* Waits until something changes: the count that `*seen` was the last one of. */
void lx_register_wait(LxEstate *estate, uint32_t *seen);
