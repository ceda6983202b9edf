/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of the view that have been read before, kept open. Which of them a file is kept in depends
 * on nothing but its key, so that as many are kept as there is room for and no more. Safe from any
 * thread; the lock is held for a look at the table only.
 */
#pragma once

#include "base/fd.h"
#include "lxfs.h"

#include <sys/stat.h>

/* A file, and for whom it was found to lie within his bounds. */
typedef struct {
	LxNode node;
	uint64_t top; /* the number of his container's cgroup in that hierarchy; 0: the host's */
	bool rooted;  /* his cgroup namespace begins there */
} LxKeptKey;

/* Never changes after it was made. */
typedef struct {
	gatomicrefcount references;
	LxKeptKey key;
	LxFd fd; /* open for reading, with our own credentials: for what everybody may read */
	ino_t inode;
	char *path; /* below the hierarchy's root */
} LxKept;

/* One reference; takes the descriptor over and copies the path. */
LxKept *lx_kept_new(const LxKeptKey *key, LxFd *fd, ino_t inode, const char *path);
void lx_kept_unref(LxKept *kept);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxKept, lx_kept_unref)

typedef struct LxKeptFiles LxKeptFiles;

LxKeptFiles *lx_kept_files_new(void);
void lx_kept_files_free(LxKeptFiles *files);

/* NULL when it is not kept; the caller owns a reference. */
LxKept *lx_kept_files_get(LxKeptFiles *files, const LxKeptKey *key);
/* Takes the reference over. It takes the place of what was kept there. */
void lx_kept_files_put(LxKeptFiles *files, LxKept *fresh);
/* Lets go of this very one, if it is still kept. */
void lx_kept_files_drop(LxKeptFiles *files, const LxKept *kept);
/* Lets go of all: after descriptors ran out. False when none was kept. */
bool lx_kept_files_release(LxKeptFiles *files);
