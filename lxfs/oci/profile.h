/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The seccomp profile in a bundle's config.json (linux.seccomp of the OCI runtime specification),
 * and the rule in it that has sysinfo(2), or sched_getaffinity(2) as well, answered by lxfs.
 *
 * The rule comes first: of rules for one system call without conditions libseccomp, which runc and
 * crun use, takes the first. A profile is never made to allow what it does not allow.
 */
#pragma once

#include "lxfs.h"

typedef enum {
	LX_PROFILE_NONE,     /* the container has none */
	LX_PROFILE_ALLOWS,   /* the calls, whatever their arguments are */
	LX_PROFILE_NOTIFIES, /* somebody else answers; there can be only one */
	LX_PROFILE_DENIES,   /* one of them, or not in every case */
} LxProfile;

typedef enum {
	LX_PROFILE_SYSINFO = 1,
	LX_PROFILE_AFFINITY, /* and sysinfo */
} LxProfileCalls;

/* What it says of so many of the calls. EINVAL: it is no configuration. */
bool lx_profile_parse(const char *text, size_t length, LxProfileCalls calls, LxProfile *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Does it give the listener to this socket already? */
bool lx_profile_is_ours(const char *text, size_t length, const char *listener);

/*
 * The text with the rule, and the listener of its calls given to the socket at `listener`; a
 * container without a profile gets one that allows everything else. For g_free. EBUSY, EPERM: the
 * profile notifies, or denies. ENOTSUP: there is none, and this machine is not known.
 */
char *lx_profile_with_rule(const char *text, size_t length, LxProfileCalls calls,
	const char *listener, GError **error) G_GNUC_WARN_UNUSED_RESULT;
