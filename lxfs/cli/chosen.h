/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The containers that a command line chooses: by process, by id or name, by runtime, or all. */
#pragma once

#include "lxfs.h"

typedef struct {
	const LxSettings *library;
	const char *const *names; /* PIDs, ids, names; NULL: all containers */
	const char *runtime;      /* only its containers; NULL: of any */
} LxChoice;

typedef struct {
	char *name; /* as it was given; without names, the id */
	pid_t pid;  /* its init, or the very process that was named; 0: none, see why */
	char *why;  /* there is no process */
} LxChosen;

/*
 * An array of LxChosen, for g_array_unref. A number that is a process's is a PID; anything else is
 * what lx_chosen_match finds. Fails when the containers
 * cannot be listed; they are not, when all names are PIDs. Without names those that have no process
 * are left out.
 */
GArray *lx_chosen_find(const LxChoice *choice, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The container with this id; else the one that is called so (roster/name.h), its runtime's files
 * being below `root`; else the one whose id begins so. NULL and ENOENT when there is none, EINVAL
 * when there are several.
 */
const LxContainerInfo *lx_chosen_match(const LxInventory *inventory, const char *root,
	const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Is it this runtime's, by what `lxfs ps` says of it? "incus" is LXC's, and LXC's containers are
 * Incus', too. `root` is "/" on a live host.
 */
bool lx_chosen_is_of(const LxContainerInfo *info, const char *root, const char *runtime);
