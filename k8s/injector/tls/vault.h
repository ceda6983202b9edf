/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the Secret of the injector holds, and how it changes: pure but for the making of keys.
 *
 *   tls.crt tls.key           what servers show (the names that kubernetes.io/tls has)
 *   ca.crt ca.key             what signs it
 *   next-ca.crt next-ca.key   what will sign, and is trusted already
 *   old-ca.crt                what has signed, and is trusted still
 */
#pragma once

#include "json.h"
#include "tls/due.h"
#include "writer.h"

typedef struct {
	LxInjectPair serving;
	LxInjectPair authority;
	LxInjectPair next;
	LxInjectPair old; /* without a key */
} LxInjectVault;

void lx_inject_vault_clear(LxInjectVault *vault);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInjectVault, lx_inject_vault_clear)

/* From the data of a Secret, which may be NULL. What is not base64 of text is not there. */
void lx_inject_vault_read(LxInjectVault *vault, JsonObject *data);
/*
 * The whole of a Secret's data, as a member "data" of the object that is being built. For a merge
 * patch what is not held is null, so that it is taken away.
 */
void lx_inject_vault_write(const LxInjectVault *vault, LxInjectWriter *writer, bool for_patch);

/* All certificates to be trusted, one after the other, as PEM; for g_free. "" when there is none.
 */
char *lx_inject_vault_bundle(const LxInjectVault *vault);

/* `names`: what the server is called. */
void lx_inject_vault_hold(
	const LxInjectVault *vault, const char *const *names, bool trusted, LxInjectHoldings *out);

/* Does what is due. On failure the vault is as it was. */
typedef struct {
	const char *const *names;
	LxInjectLifetimes lifetimes;
} LxInjectTerms;

bool lx_inject_vault_do(LxInjectVault *vault, LxInjectDue due, const LxInjectTerms *terms,
	gint64 now, GError **error) G_GNUC_WARN_UNUSED_RESULT;
