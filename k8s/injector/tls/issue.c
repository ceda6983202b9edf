/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes certificates: an authority of our own, and what it signs. */
#include "tls/issue.h"

#include "tls/x509.h"

#include <errno.h>
#include <string.h>

#include <gnutls/crypto.h>

#define SERIAL_BYTES 16
#define AUTHORITY_NAME "lxfs-injector authority"

static bool check(int code, const char *what, GError **error)
{
	if (code >= 0)
		return true;
	lx_error_set(error, EIO, "making a certificate: %s: %s", what, gnutls_strerror(code));
	return false;
}

static bool generate_key(gnutls_x509_privkey_t *out, GError **error)
{
	lx_inject_autokey key = NULL;

	if (!check(gnutls_x509_privkey_init(&key), "a key", error) ||
		!check(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
			       GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
			"a key", error))
		return false;
	*out = g_steal_pointer(&key);
	return true;
}

/* What certificates of both kinds have. */
static bool begin(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, const gint64 times[2],
	GError **error)
{
	unsigned char serial[SERIAL_BYTES];

	if (!check(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial)), "a number", error))
		return false;
	serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and never shorter */
	return check(gnutls_x509_crt_set_version(certificate, 3), "its version", error) &&
	       check(gnutls_x509_crt_set_serial(certificate, serial, sizeof(serial)), "its number",
		       error) &&
	       check(gnutls_x509_crt_set_key(certificate, key), "its key", error) &&
	       check(gnutls_x509_crt_set_activation_time(
			     certificate, times[0] - LX_INJECT_ISSUE_SLACK_SEC),
		       "its begin", error) &&
	       check(gnutls_x509_crt_set_expiration_time(certificate, times[1]), "its end", error);
}

static bool set_name(gnutls_x509_crt_t certificate, const char *name, GError **error)
{
	return check(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
			     name, (unsigned)MIN(strlen(name), 64)),
		"its name", error);
}

/* Two authorities of one name are told apart by the key's identifier. */
static bool set_key_ids(gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer, GError **error)
{
	unsigned char id[64];
	size_t size = sizeof(id);

	if (!check(gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA1, id, &size),
		    "its key's number", error) ||
		!check(gnutls_x509_crt_set_subject_key_id(certificate, id, size),
			"its key's number", error))
		return false;
	size = sizeof(id);
	return check(gnutls_x509_crt_get_key_id(issuer, GNUTLS_KEYID_USE_SHA1, id, &size),
		       "its issuer's number", error) &&
	       check(gnutls_x509_crt_set_authority_key_id(certificate, id, size),
		       "its issuer's number", error);
}

static bool finish(
	gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, LxInjectPair *out, GError **error)
{
	g_auto(LxInjectPair) pair = {
		.certificate = lx_inject_x509_certificate_text(certificate),
		.key = lx_inject_x509_key_text(key),
	};

	if (!lx_inject_pair_is_set(&pair)) {
		lx_error_set(error, EIO, "making a certificate: writing it as PEM failed");
		return false;
	}
	lx_inject_pair_move(out, &pair);
	return true;
}

static bool sign(gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer,
	gnutls_x509_privkey_t issuer_key, GError **error)
{
	return set_key_ids(certificate, issuer, error) &&
	       check(gnutls_x509_crt_sign2(certificate, issuer, issuer_key, GNUTLS_DIG_SHA256, 0),
		       "its signature", error);
}

bool lx_inject_issue_authority(gint64 now, gint64 lifetime, LxInjectPair *out, GError **error)
{
	const gint64 times[2] = {now, now + lifetime};
	lx_inject_autocertificate certificate = NULL;
	lx_inject_autokey key = NULL;

	return check(gnutls_x509_crt_init(&certificate), "memory", error) &&
	       generate_key(&key, error) && begin(certificate, key, times, error) &&
	       set_name(certificate, AUTHORITY_NAME, error) &&
	       check(gnutls_x509_crt_set_basic_constraints(certificate, 1, 0), "its purpose",
		       error) &&
	       check(gnutls_x509_crt_set_key_usage(
			     certificate, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN),
		       "its usage", error) &&
	       sign(certificate, certificate, key, error) && finish(certificate, key, out, error);
}

static bool set_names(gnutls_x509_crt_t certificate, const char *const *names, GError **error)
{
	if (!set_name(certificate, names[0], error))
		return false;
	for (; *names; names++)
		if (!check(gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME,
				   *names, (unsigned)strlen(*names), GNUTLS_FSAN_APPEND),
			    "its names", error))
			return false;
	return true;
}

static bool fill_serving(gnutls_x509_crt_t certificate, const char *const *names, GError **error)
{
	return set_names(certificate, names, error) &&
	       check(gnutls_x509_crt_set_basic_constraints(certificate, 0, -1), "its purpose",
		       error) &&
	       check(gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE),
		       "its usage", error) &&
	       check(gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_SERVER, 0),
		       "its usage", error);
}

bool lx_inject_issue_serving(const LxInjectPair *authority, const char *const *names,
	const gint64 times[2], LxInjectPair *out, GError **error)
{
	lx_inject_autocertificate issuer = NULL;
	lx_inject_autocertificate certificate = NULL;
	lx_inject_autokey issuer_key = NULL;
	lx_inject_autokey key = NULL;
	gint64 bounded[2] = {times[0], times[1]};

	if (!lx_inject_x509_parse_certificate(authority->certificate, &issuer, error) ||
		!lx_inject_x509_parse_key(authority->key, &issuer_key, error))
		return false;
	bounded[1] = MIN(times[1], (gint64)gnutls_x509_crt_get_expiration_time(issuer));
	return check(gnutls_x509_crt_init(&certificate), "memory", error) &&
	       generate_key(&key, error) && begin(certificate, key, bounded, error) &&
	       fill_serving(certificate, names, error) &&
	       sign(certificate, issuer, issuer_key, error) && finish(certificate, key, out, error);
}
