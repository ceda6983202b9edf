/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Healing: every dead view of lxfs or LXCFS, in every mount namespace of this host, is replaced by
 * what is served now, or by the host's own file when nothing is. Anchors first, since whoever
 * follows them needs not be entered. Done twice it does nothing the second time.
 */
#pragma once

#include "mounts/replace.h"

typedef struct {
	const char *runtime_dir;
	const char *mountpoint;
	unsigned limit_msec; /* for each namespace */
	bool own_only;       /* leave alone what other instances of lxfs served */
	bool dry_run;
} LxHealOptions;

typedef struct {
	pid_t pid; /* one of its processes */
	uint64_t inode;
	LxReplaceReport report;
} LxHealed;

typedef struct {
	unsigned n_namespaces; /* that there are */
	unsigned n_healed;     /* in which something was replaced */
	unsigned n_failed;
	unsigned n_mounts; /* replaced */
	unsigned n_left;   /* mounts that wait for somebody to serve */
	bool served;
} LxHealSummary;

/* Called for each namespace in which there was something to do. */
typedef void (*LxHealTell)(const LxHealed *healed, gpointer data);

/*
 * False when it could not be tried; *out says what became of the single namespaces. Single-threaded
 * programs only: it forks.
 */
bool lx_heal_run(const LxHealOptions *options, LxHealTell tell, gpointer data, LxHealSummary *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
