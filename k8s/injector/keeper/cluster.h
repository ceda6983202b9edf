/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three objects in the cluster that the keeper reads and writes, each with its precondition. */
#pragma once

#include "api/client.h"
#include "keeper/lease.h"
#include "tls/vault.h"

typedef struct {
	LxInjectClient *client;
	GCancellable *cancellable;
	const char *namespace_name;
	const char *secret;
	const char *lease;
	const char *webhook; /* the MutatingWebhookConfiguration */
} LxInjectCluster;

/*
 * One step of the election: *out_leader says whether we lead until the lease runs out. A conflict
 * with another replica is no error: we do not lead.
 */
bool lx_inject_cluster_elect(const LxInjectCluster *cluster, LxInjectLease *lease, bool *out_leader,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Gives the lease up, so that nobody need wait. */
void lx_inject_cluster_resign(const LxInjectCluster *cluster, LxInjectLease *lease);

/* The Secret; *out_version is NULL when there is none yet. For g_free. */
bool lx_inject_cluster_load(const LxInjectCluster *cluster, LxInjectVault *out, char **out_version,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* EAGAIN: somebody else has written it since. */
bool lx_inject_cluster_save(const LxInjectCluster *cluster, const LxInjectVault *vault,
	const char *version, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Whether every webhook of the configuration has exactly this bundle, and whether each has this
 * authority in its own. ENOENT: there is no configuration, or no webhook in it.
 */
typedef struct {
	JsonNode *object;
	bool is_current;
	bool is_trusting;
} LxInjectTrust;

void lx_inject_trust_clear(LxInjectTrust *trust);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInjectTrust, lx_inject_trust_clear)

bool lx_inject_cluster_look(const LxInjectCluster *cluster, const char *bundle,
	const char *authority, LxInjectTrust *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Changes caBundle and nothing else. EAGAIN: the configuration has changed since the look. */
bool lx_inject_cluster_trust(const LxInjectCluster *cluster, const LxInjectTrust *trust,
	const char *bundle, GError **error) G_GNUC_WARN_UNUSED_RESULT;
