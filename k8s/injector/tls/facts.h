/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a certificate says of itself: plain facts, for decisions. */
#pragma once

#include "tls/pair.h"

typedef struct {
	bool present;      /* it is a certificate, and where a key belongs to it, the key fits */
	gint64 not_before; /* seconds since 1970 */
	gint64 not_after;
} LxInjectFacts;

/* Of anything: what is no certificate, or has a key that does not fit, is not present. */
LxInjectFacts lx_inject_facts_of_pair(const LxInjectPair *pair);
LxInjectFacts lx_inject_facts_of_certificate(const char *pem);

/* `authority` has signed it. */
bool lx_inject_facts_is_signed_by(const char *pem, const char *authority);
/* It is for servers of all these names. */
bool lx_inject_facts_has_names(const char *pem, const char *const *names);
