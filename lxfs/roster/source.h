/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a roster is taken from: this host, by the settings, and the lxfs that serves on it. */
#pragma once

#include "instance.h"
#include "roster/roster.h"

typedef struct {
	LxInstance instance;
	LxContext *context;
} LxSource;

void lx_source_clear(LxSource *source);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxSource, lx_source_clear)

/*
 * Takes the settings from file and command line, where `entries` are the verb's own options. No
 * argument may be left. `summary` is for --help.
 */
bool lx_source_parse(LxSource *source, int *argc, char ***argv, const char *summary,
	const GOptionEntry *entries, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Gets ready for lx_source_look. EPERM when not run as root. */
bool lx_source_open(LxSource *source, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A roster of what there is now, with these figures. */
LxRoster *lx_source_look(
	LxSource *source, unsigned wanted, GError **error) G_GNUC_WARN_UNUSED_RESULT;
