/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which mounts of a namespace may be dead views: those of lxfs or LXCFS that are not of the file
 * system that is served now. Whether they are dead only a probe can tell.
 */
#pragma once

#include "mounts/generations.h"

typedef struct {
	const LxMount *top;    /* what the path leads to */
	const LxMount *view;   /* the dead one: the top, or under the host's file that was given */
	unsigned n_layers;     /* how many to take away, from the top down */
	char *name;            /* of the view, as lx_served_view_name says */
	const LxMount *kernel; /* of the cgroup view: the container's own, beneath; NULL: none */
	bool shelters;         /* mounts of other kinds lie below: they would go with it */
} LxSuspect;

typedef struct {
	const LxServed *served; /* what is served now; NULL: nothing is */
	const char *const
		*spared;       /* folders at and below which nothing is touched; NULL-terminated */
	const GArray *devices; /* only these of lxfs's (lx_generations_read), and LXCFS's; NULL: all
				*/
} LxSuspectRules;

/*
 * An array of LxSuspect, parents before children; g_array_unref frees all.
 *
 * A view that something live lies on is none. Where nothing was served when a view was found dead,
 * the host's own file was put on it, or what the container itself had mounted there of cgroups:
 * once something is served again, that is put on both. What lies inside a dead tree goes with the
 * tree.
 */
GArray *lx_suspects_find(const LxMountinfo *info, const LxSuspectRules *rules);
