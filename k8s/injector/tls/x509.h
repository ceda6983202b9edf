/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GnuTLS's certificates and keys: from PEM, to PEM, and given back by themselves. */
#pragma once

#include "lxfs.h"

#include <gnutls/x509.h>

/* A handle that was not made is NULL. */
static inline void lx_inject_x509_free_certificate(gnutls_x509_crt_t *certificate)
{
	if (*certificate)
		gnutls_x509_crt_deinit(*certificate);
}

static inline void lx_inject_x509_free_key(gnutls_x509_privkey_t *key)
{
	if (*key)
		gnutls_x509_privkey_deinit(*key);
}

#define lx_inject_autocertificate \
	__attribute__((cleanup(lx_inject_x509_free_certificate))) gnutls_x509_crt_t
#define lx_inject_autokey __attribute__((cleanup(lx_inject_x509_free_key))) gnutls_x509_privkey_t

/* EINVAL: it is none. On failure *out is NULL. The first one, if there are several. */
bool lx_inject_x509_parse_certificate(
	const char *pem, gnutls_x509_crt_t *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool lx_inject_x509_parse_key(
	const char *pem, gnutls_x509_privkey_t *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For g_free; NULL: GnuTLS could not. */
char *lx_inject_x509_certificate_text(gnutls_x509_crt_t certificate);
char *lx_inject_x509_key_text(gnutls_x509_privkey_t key);
