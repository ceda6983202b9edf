/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many views there are in all mount namespaces, served and dead, from the tables of mounts: no
 * namespace is entered and no mount in one touched, so that nothing here can hang.
 */
#pragma once

#include "mounts/generations.h"

typedef struct {
	const LxServed *served;    /* NULL: nothing is */
	const GArray *devices;     /* what this instance has served: lx_generations_read */
	const char *const *spared; /* the mount point, the anchors: not views in a container */
} LxSurveyRules;

typedef struct {
	unsigned namespaces;
	unsigned served;          /* views that are served now */
	unsigned dead;            /* views of this instance that nobody serves any more */
	unsigned namespaces_dead; /* that have dead ones */
	pid_t example;            /* a process that sees a dead one; 0: nobody does */
	unsigned lxcfs;           /* views of LXCFS */
} LxSurvey;

/* Adds the mounts that `pid` sees. */
void lx_survey_add(
	LxSurvey *survey, const LxSurveyRules *rules, const LxMountinfo *info, pid_t pid);

/*
 * All mount namespaces that can be seen; one that vanishes meanwhile counts for nothing. Whether
 * our own mount point has died is asked in a child, within a second.
 */
bool lx_survey_take(const char *runtime_dir, const char *mountpoint, LxSurvey *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
