/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A copy of a mount that is attached nowhere yet (open_tree(2)), with flags and propagation. */
#pragma once

#include "lxfs.h"

typedef struct {
	const char *source;
	uint64_t attributes;       /* MOUNT_ATTR_RDONLY, _NOSUID, _NODEV, _NOEXEC, _NODIRATIME,
				      _NOSYMFOLLOW: these and
				      no others */
	unsigned long propagation; /* MS_PRIVATE, or MS_SLAVE to follow what comes over the source
				    */
	bool recursive;
} LxCloneRequest;

/* -1 on failure; EPERM: a flag is locked there (mount_namespaces(7)). Looking the source up asks
 * whoever serves it. */
int lx_clone_open(const LxCloneRequest *request, GError **error) G_GNUC_WARN_UNUSED_RESULT;
