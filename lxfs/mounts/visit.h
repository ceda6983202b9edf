/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Visits: work in the mount namespace of a container, from outside.
 *
 * Each is made by a child of its own with a time limit, because entering a namespace is for good
 * and because a container can make every look-up in it hang. First everything is looked at, still
 * from outside; then the namespace is entered and acted upon by descriptors.
 */
#pragma once

#include "fd.h"
#include "mounts/mountinfo.h"

#define LX_VISIT_WHY 256

/* Counts of views. */
typedef struct {
	unsigned changed; /* attached, or taken out */
	unsigned already; /* nothing was to be done */
	unsigned missing; /* there is no such file */
	unsigned failed;
	bool clean;             /* a clean procfs or sysfs was put there, or taken out */
	bool cgroup;            /* so was the cgroup view */
	char why[LX_VISIT_WHY]; /* the first failure: on what, and why */
} LxVisitReport;

typedef struct {
	const LxMountinfo *own; /* our own mounts */
	LxMountinfo *host;      /* the host's; NULL: they are our own */
	LxMountinfo *info;      /* those of the container, as its process sees them */
	LxFd proc;              /* the host's /proc, also when the namespace has been entered */
	LxFd root;              /* of the process */
	LxFd space;             /* its mount namespace */
	LxFd cgroups;           /* its cgroup namespace */
	pid_t pid;
	LxVisitReport *report;
} LxVisit;

typedef struct {
	pid_t pid;
	unsigned limit_msec;
	const LxMountinfo *own;
	void (*work)(LxVisit *visit, gpointer data);
	gpointer data;
} LxVisitRequest;

/*
 * False when it could not be tried: ESRCH when the process has gone, EPERM when it is in the host's
 * own mount namespace. Everything else is in the report. Single-threaded programs only: it forks.
 */
bool lx_visit_run(const LxVisitRequest *request, LxVisitReport *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For the work. Enters the namespace; false, and the failure noted, when that is not possible. */
bool lx_visit_enter(LxVisit *visit);
void lx_visit_fail(LxVisit *visit, const char *what, const char *why);
/* Has it a cgroup namespace of its own? */
bool lx_visit_is_rooted(const LxVisit *visit);
/* Enters that, and reads the mounts anew: those of cgroups as the container names them. */
LxMountinfo *lx_visit_enter_cgroups(LxVisit *visit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The mount that a descriptor lies on. NULL: it has come or gone since the mounts were read. */
const LxMount *lx_visit_mount_of(const LxVisit *visit, int fd);
/* Would the host see what is mounted on it? */
bool lx_visit_is_shared_with_host(const LxVisit *visit, const LxMount *mount);
/* Takes away the mount that a descriptor lies on. After lx_visit_enter; no path is looked up. */
bool lx_visit_unmount(const LxVisit *visit, int fd);
