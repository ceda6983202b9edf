/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes certificates: an authority of our own, and what it signs. Keys are ECDSA on P-256. */
#pragma once

#include "tls/pair.h"

/* Certificates hold from this long before they are made, for clocks that are behind. */
#define LX_INJECT_ISSUE_SLACK_SEC (5 * 60)

/* Seconds since 1970 and seconds: from now - slack to now + lifetime. EIO: GnuTLS could not. */
bool lx_inject_issue_authority(
	gint64 now, gint64 lifetime, LxInjectPair *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * For a server with these DNS names (at least one), signed by the authority, and no longer than it.
 * EINVAL: the authority is none.
 */
bool lx_inject_issue_serving(const LxInjectPair *authority, const char *const *names,
	const gint64 times[2], LxInjectPair *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
