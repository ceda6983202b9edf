/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tasks that ask again and again, and the namespaces they are in, for one system call instead of
 * two. Safe from any thread; no lock is held across IO.
 */
#pragma once

#include "identity/namespaces.h"

typedef struct LxCallers LxCallers;

/* `namespaces` must outlive it. On a captured host nobody is ever known. */
LxCallers *lx_callers_new(const LxNamespaces *namespaces);
void lx_callers_free(LxCallers *callers);

/* Inode numbers. */
typedef struct {
	uint64_t cgroup, pid;
} LxCallerNamespaces;

/* False when the task is not known, or is not that task any more. NULL knows nobody. */
bool lx_callers_find(LxCallers *callers, pid_t tid, LxCallerNamespaces *out);

/* It has asked, and was not known. Who has done so twice is known from then on, as long as no other
 * takes its place. NULL notes nothing. */
void lx_callers_note(LxCallers *callers, pid_t tid);

/* Lets go of all: after descriptors ran out. False when nobody was known. */
bool lx_callers_release(LxCallers *callers);
