/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The journal: which request each FUSE thread is working on, in memory that survives it.
 *
 * A thread receives into its slot with the length field zeroed before. A worker killed at any
 * moment thus leaves every request that it had taken and not finished in a slot, and its successor
 * answers them under their own numbers before it takes new ones. A reply that had been sent already
 * gets ENOENT from the kernel the second time, which harms nothing. What must not happen twice
 * (opening a record, setting a trigger) is noted in the slot when it has happened, together with
 * its result.
 */
#pragma once

#include "serve/estate.h"

#include <linux/fuse.h>

/* The request in a slot; NULL when the slot is empty. */
const struct fuse_in_header *lx_journal_request(const LxSlot *slot);

/* A number for the request in the slot that no other request has had. 0 for an empty slot. */
uint64_t lx_journal_key(const LxSlot *slot);

/*
 * Call once per thread, before it receives: brings the slot's memory in and keeps it there. A page
 * that is missing when the kernel copies a request into it while we are being killed would cost
 * the request: the kernel answers it EIO (fuse_dev_do_read in fs/fuse/dev.c).
 */
void lx_journal_prepare(LxSlot *slot);

/* Before each receive. */
void lx_journal_clear(LxSlot *slot);

/* The request was left by a predecessor: the kernel may have its answer already. */
void lx_journal_mark_left(LxSlot *slot);
bool lx_journal_was_left(const LxSlot *slot);

/*
 * Takes the next request from /dev/fuse into the slot. The number of bytes; 0 to try again; -1 when
 * the connection has ended.
 */
ssize_t lx_journal_receive(LxSlot *slot, int fuse_fd);
/* Is that what the kernel says to whoever receives when the connection has ended? */
bool lx_journal_is_end(int code);

/* The request's effect, if it has happened before the last worker died. */
bool lx_journal_result(const LxSlot *slot, uint64_t *result);
/* It has happened now. Call before the reply. */
void lx_journal_note(LxSlot *slot, uint64_t result);

/*
 * What the kernel does cannot be noted in one step with it: a deed that was begun, and not noted,
 * may have happened.
 */
void lx_journal_begin(LxSlot *slot);
bool lx_journal_is_in_doubt(const LxSlot *slot);

/* Answers the request in the slot with an error, without libfuse. Gives that error. */
int lx_journal_refuse(const LxSlot *slot, int fuse_fd, int code);
