/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps the certificates: a thread that reads the Secret, renews what is due when this replica
 * leads, and sees to it that the API server trusts what is shown. Its news come to the main thread.
 */
#pragma once

#include "api/access.h"
#include "tls/due.h"
#include "tls/pair.h"

typedef struct {
	const LxInjectAccess *access;
	const char *identity; /* of this replica */
	const char *namespace_name;
	const char *service;
	const char *secret;
	const char *lease;
	const char *webhook;
	LxInjectLifetimes lifetimes;
} LxInjectKeeperSettings;

typedef struct {
	LxInjectPair serving; /* empty: nothing new */
	char *obstacle;       /* why the API server could not trust it; NULL: it does */
	bool leader;
} LxInjectNews;

/* In the main thread. The news are borrowed for the call. */
typedef void (*LxInjectKeeperTell)(const LxInjectNews *news, gpointer data);

typedef struct LxInjectKeeper LxInjectKeeper;

/* Starts the thread. All that the settings point to is borrowed. */
LxInjectKeeper *lx_inject_keeper_new(
	const LxInjectKeeperSettings *settings, LxInjectKeeperTell tell, gpointer data);
/* Ends it, and gives the lease up. Waits for a request that is under way to be given up. */
void lx_inject_keeper_free(LxInjectKeeper *keeper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxInjectKeeper, lx_inject_keeper_free)
