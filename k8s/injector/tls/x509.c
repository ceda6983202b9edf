/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GnuTLS's certificates and keys: from PEM and to PEM. */
#include "tls/x509.h"

#include <errno.h>
#include <string.h>

static gnutls_datum_t datum_of(const char *text)
{
	return (gnutls_datum_t){(unsigned char *)text, (unsigned)strlen(text)};
}

static bool fail(const char *what, int code, GError **error)
{
	lx_error_set(error, EINVAL, "reading %s: %s", what, gnutls_strerror(code));
	return false;
}

bool lx_inject_x509_parse_certificate(const char *pem, gnutls_x509_crt_t *out, GError **error)
{
	const gnutls_datum_t text = datum_of(pem ? pem : "");
	gnutls_x509_crt_t certificate = NULL;
	int code = gnutls_x509_crt_init(&certificate);

	*out = NULL;
	if (code == 0)
		code = gnutls_x509_crt_import(certificate, &text, GNUTLS_X509_FMT_PEM);
	if (code == 0) {
		*out = certificate;
		return true;
	}
	lx_inject_x509_free_certificate(&certificate);
	return fail("a certificate", code, error);
}

bool lx_inject_x509_parse_key(const char *pem, gnutls_x509_privkey_t *out, GError **error)
{
	const gnutls_datum_t text = datum_of(pem ? pem : "");
	gnutls_x509_privkey_t key = NULL;
	int code = gnutls_x509_privkey_init(&key);

	*out = NULL;
	if (code == 0)
		code = gnutls_x509_privkey_import(key, &text, GNUTLS_X509_FMT_PEM);
	if (code == 0) {
		*out = key;
		return true;
	}
	lx_inject_x509_free_key(&key);
	return fail("a key", code, error);
}

static char *take(gnutls_datum_t *text)
{
	char *copy = g_strndup((const char *)text->data, text->size);

	gnutls_free(text->data);
	return copy;
}

char *lx_inject_x509_certificate_text(gnutls_x509_crt_t certificate)
{
	gnutls_datum_t text = {0};

	return gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &text) == 0 ? take(&text)
										     : NULL;
}

char *lx_inject_x509_key_text(gnutls_x509_privkey_t key)
{
	gnutls_datum_t text = {0};

	return gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &text) == 0 ? take(&text)
										 : NULL;
}
