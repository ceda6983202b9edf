/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the root of a container lies for a hook that runs on the host. */
#include "oci/rootfs.h"

#include <errno.h>
#include <string.h>

static bool is_same_root(const LxMount *own, const LxMount *theirs)
{
	return own && theirs && own->device == theirs->device &&
	       strcmp(own->root, theirs->root) == 0;
}

const char *lx_rootfs_find(
	const LxMountinfo *own, const LxMountinfo *theirs, const char *rootfs, GError **error)
{
	if (lx_mountinfo_top(theirs, rootfs))
		return rootfs;
	if (!is_same_root(lx_mountinfo_top(own, "/"), lx_mountinfo_top(theirs, "/")))
		return "/";
	lx_error_set(error, ENOENT,
		"its root file system is not mounted at %s, where its config.json says", rootfs);
	return NULL;
}
