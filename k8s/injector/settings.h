/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of lxfs-injector. */
#pragma once

#include "review/policy.h"

typedef struct {
	LxInjectPolicy policy;
	GStrv reviews; /* --review: files to answer instead of serving */
	char *labels;  /* --labels: of the namespace, for these */
	char *listen;  /* "ADDRESS:PORT" */
	gboolean version;
} LxInjectSettings;

/* EINVAL: the message says which option takes what. On success clear with lx_inject_settings_clear.
 */
bool lx_inject_settings_parse(LxInjectSettings *settings, int argc, char **argv,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lx_inject_settings_clear(LxInjectSettings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInjectSettings, lx_inject_settings_clear)
