/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Acting with somebody else's credentials, so that the kernel decides what he may do.
 *
 * Ids, groups and capabilities belong to a thread (credentials(7)); only the C library makes
 * processes of them, so that its functions must not be used here. The real and the saved user id
 * stay ours: the first keeps others from sending us signals, the second leads back.
 */
#pragma once

#include "base/fd.h"

#include <sys/stat.h>

typedef struct {
	uint32_t inside, outside, count;
} LxIdRange;

/* What a task may do. */
typedef struct {
	uid_t uid; /* of the file system, as we see them */
	gid_t gid;
	GArray *groups;        /* of gid_t */
	uint64_t capabilities; /* effective, in its user namespace */
	bool foreign;          /* that is another one than ours */
	GArray *uid_map;       /* of LxIdRange, of a foreign one */
	GArray *gid_map;
} LxCredentials;

void lx_credentials_clear(LxCredentials *credentials);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxCredentials, lx_credentials_clear)

/* The lines Groups and CapEff of /proc/TID/status. */
LX_MUST_CHECK bool lx_credentials_parse(
	LxSlice status, const char *what, LxCredentials *out, GError **error);

/* /proc/TID/uid_map and gid_map: "inside outside count" a line (user_namespaces(7)). */
LX_MUST_CHECK GArray *lx_credentials_parse_map(LxSlice text, const char *what, GError **error);

/*
 * The capabilities that count for us on a file or folder. Those of our own user namespace count;
 * those of another one count on files whose owner and group it has (capable_wrt_inode_uidgid in the
 * kernel), and only those that are about files.
 */
uint64_t lx_credentials_over(const LxCredentials *credentials, const struct stat *on);

/*
 * From here to lx_credentials_drop the calling thread has these ids and groups, and of its
 * capabilities those in `capabilities`. Nothing but the deed itself belongs in between.
 */
LX_MUST_CHECK bool lx_credentials_assume(
	const LxCredentials *credentials, uint64_t capabilities, GError **error);
void lx_credentials_drop(void);
