/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of lxfs-injector. */
#pragma once

#include "api/access.h"
#include "review/policy.h"
#include "tls/due.h"

typedef struct {
	LxInjectPolicy policy;
	LxInjectAccess access; /* what is NULL is what a pod has */
	GStrv reviews;         /* --review: files to answer instead of serving */
	char *labels;          /* --labels: of the namespace, for these */
	char *listen;          /* "ADDRESS:PORT" */
	int drain_sec;         /* from SIGTERM until no connection is taken any more */
	char *certificate;     /* files, kept by somebody else; NULL: we keep our own */
	char *key;
	char *identity; /* of this replica, in the Lease */
	char *namespace_name;
	char *service;
	char *secret;
	char *lease;
	char *webhook;
	gint64 serving_sec;
	gint64 authority_sec;
	gboolean version;
} LxInjectSettings;

/* EINVAL: the message says which option takes what. On success clear with lx_inject_settings_clear.
 */
bool lx_inject_settings_parse(LxInjectSettings *settings, int argc, char **argv,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lx_inject_settings_clear(LxInjectSettings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInjectSettings, lx_inject_settings_clear)

LxInjectLifetimes lx_inject_settings_lifetimes(const LxInjectSettings *settings);
