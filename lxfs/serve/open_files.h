/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Open files and the text that each has been given. They lie in the estate, so that a reader who
 * got the first half of a text from one worker gets the second half of the same text from the next.
 *
 * A handle is a number that FUSE carries: 0 is a file without a record, for when there is none to
 * be had (then each read makes the text anew). Safe from any thread.
 */
#pragma once

#include "lxfs.h"

#define LX_TRIGGER_MAX_BYTES 64

typedef struct LxOpenFiles LxOpenFiles;
typedef uint64_t LxHandle;

size_t lx_open_files_bytes(void);
/* Over the memory of an estate; what a predecessor left there is carried on. */
LxOpenFiles *lx_open_files_new(void *memory);
void lx_open_files_free(LxOpenFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxOpenFiles, lx_open_files_free)

/*
 * A record for a file that was opened; 0 when its container may have no more, or all are in use.
 * `opener` names the request (lx_journal_key): a successor that answers the same request again
 * finds the record by it. `container`: as lx_tree_owner says, LX_CALLER_HOST for the host; 0 is
 * nobody's share, for whoever was not asked.
 */
LxHandle lx_open_files_open(LxOpenFiles *files, LxNode node, uint64_t opener, uint64_t container);
/* So few are in use that nobody needs to be asked which container he is of. */
bool lx_open_files_are_few(LxOpenFiles *files);
/* The record that this request has taken; 0 when there is none. */
LxHandle lx_open_files_find(LxOpenFiles *files, uint64_t opener);
/* Whose open file it is, by ids of the file system; false when it has no record. */
void lx_open_files_set_user(LxOpenFiles *files, LxHandle handle, uint64_t user);
bool lx_open_files_is_of(LxOpenFiles *files, LxHandle handle, uint64_t user);
void lx_open_files_close(LxOpenFiles *files, LxHandle handle);
unsigned lx_open_files_count(LxOpenFiles *files);
/*
 * Is a file open that has no trigger? Only looks at the memory, which a worker may be using
 * meanwhile.
 */
bool lx_open_files_are_read(const void *memory);

/* Gives the file its text, in place of an earlier one. False when there is no room for it. */
bool lx_open_files_set_text(LxOpenFiles *files, LxHandle handle, const char *text, size_t bytes);

/*
 * A copy of the text from `offset`, at most `size` bytes, for g_free: how many bytes there are, 0
 * at and past the end (*out is NULL then). -1 when the file has no text yet.
 */
ssize_t lx_open_files_copy(
	LxOpenFiles *files, LxHandle handle, uint64_t offset, size_t size, char **out);

/* ---- Triggers, and those who wait for changes -------------------------------------------- */

typedef struct {
	LxHandle handle;
	LxNode node;
	uint64_t container;   /* lx_tree_owner of whoever set it; 0: the host */
	uint64_t request;     /* by which it was set: lx_journal_key */
	uint64_t poll_handle; /* the kernel's, to wake the poller with */
	bool polled;
	uint32_t connection; /* LxConnectionKind: where the kernel knows it */
	uint32_t length;     /* 0: no trigger, but told of changes of the text */
	char trigger[LX_TRIGGER_MAX_BYTES];
} LxOpenTrigger;

/* Remembers the trigger of a file. False when it has one, or is not open. */
bool lx_open_files_set_trigger(LxOpenFiles *files, const LxOpenTrigger *trigger);
/* False when the file has none. */
bool lx_open_files_get_trigger(LxOpenFiles *files, LxHandle handle, LxOpenTrigger *out);
/* Remembers whom to wake. */
void lx_open_files_set_poll(LxOpenFiles *files, LxHandle handle, uint64_t poll_handle);
/* The threshold was crossed, and nobody has been told yet. */
void lx_open_files_note_event(LxOpenFiles *files, LxHandle handle);
/* Was something noted? */
bool lx_open_files_has_event(LxOpenFiles *files, LxHandle handle);
/* True once for what was noted since the last call. */
bool lx_open_files_take_event(LxOpenFiles *files, LxHandle handle);
/* All files with a trigger, one after the other: starts at *cursor = 0, false at the end. */
bool lx_open_files_next_trigger(LxOpenFiles *files, unsigned *cursor, LxOpenTrigger *out);
