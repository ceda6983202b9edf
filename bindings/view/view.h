/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the view is made of. Immutable but for identity and kept files, which lock themselves. */
#pragma once

#include "cgroup/control.h"
#include "identity/identity.h"
#include "view/kept.h"
#include "view/roots.h"

struct LxCgroupTree {
	const LxSysroot *root;
	const LxLayout *layout;
	LxIdentity *identity;
	LxRoots roots;
	LxKeptFiles *kept;
	LxDelegation delegation;
	bool effective;
	bool live;               /* the kernel's own files: act with the caller's credentials */
	uint64_t user_namespace; /* our own; 0: the kernel has none */
};

/* `root`, `layout` and `identity` must outlive it. */
LX_MUST_CHECK LxCgroupTree *lx_view_new(const LxSysroot *root, const LxLayout *layout,
	LxIdentity *identity, bool effective, GError **error);
void lx_view_free(LxCgroupTree *view);
/* Lets go of descriptors that are not needed: they ran out. False when there are none. */
bool lx_view_release(LxCgroupTree *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxCgroupTree, lx_view_free)
