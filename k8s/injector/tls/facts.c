/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a certificate says of itself. */
#include "tls/facts.h"

#include "tls/x509.h"

#include <string.h>

#define ID_BYTES 64

LxInjectFacts lx_inject_facts_of_certificate(const char *pem)
{
	lx_inject_autocertificate certificate = NULL;

	if (!pem || !lx_inject_x509_parse_certificate(pem, &certificate, NULL))
		return (LxInjectFacts){0};
	return (LxInjectFacts){
		.present = true,
		.not_before = gnutls_x509_crt_get_activation_time(certificate),
		.not_after = gnutls_x509_crt_get_expiration_time(certificate),
	};
}

static bool fits(const LxInjectPair *pair)
{
	lx_inject_autocertificate certificate = NULL;
	lx_inject_autokey key = NULL;
	unsigned char of_certificate[ID_BYTES] = {0};
	unsigned char of_key[ID_BYTES] = {0};
	size_t size = ID_BYTES;
	size_t key_size = ID_BYTES;

	return lx_inject_pair_is_set(pair) &&
	       lx_inject_x509_parse_certificate(pair->certificate, &certificate, NULL) &&
	       lx_inject_x509_parse_key(pair->key, &key, NULL) &&
	       gnutls_x509_crt_get_key_id(
		       certificate, GNUTLS_KEYID_USE_SHA256, of_certificate, &size) == 0 &&
	       gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, of_key, &key_size) ==
		       0 &&
	       memcmp(of_certificate, of_key, ID_BYTES) == 0;
}

LxInjectFacts lx_inject_facts_of_pair(const LxInjectPair *pair)
{
	return fits(pair) ? lx_inject_facts_of_certificate(pair->certificate) : (LxInjectFacts){0};
}

bool lx_inject_facts_is_signed_by(const char *pem, const char *authority)
{
	lx_inject_autocertificate certificate = NULL;
	lx_inject_autocertificate issuer = NULL;
	unsigned result = GNUTLS_CERT_INVALID;

	if (!pem || !authority || !lx_inject_x509_parse_certificate(pem, &certificate, NULL) ||
		!lx_inject_x509_parse_certificate(authority, &issuer, NULL))
		return false;
	return gnutls_x509_crt_verify(
		       certificate, &issuer, 1, GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &result) == 0 &&
	       result == 0;
}

bool lx_inject_facts_has_names(const char *pem, const char *const *names)
{
	lx_inject_autocertificate certificate = NULL;

	if (!pem || !lx_inject_x509_parse_certificate(pem, &certificate, NULL))
		return false;
	for (; *names; names++)
		if (!gnutls_x509_crt_check_hostname(certificate, *names))
			return false;
	return true;
}
