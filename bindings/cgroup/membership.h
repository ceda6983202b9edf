/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a process stands: its cgroup path in every hierarchy, as /proc/PID/cgroup prints it
 * (cgroups(7)), and the two operations on such a set of paths that identity needs.
 */
#pragma once

#include "cgroup/layout.h"

typedef struct {
	char *paths[LX_HIERARCHIES_MAX]; /* indices of the layout; NULL: no line. "/" is the root */
} LxMembership;

/*
 * Parses "4:memory:/docker/1234\n0::/\n". Lines of hierarchies that the layout does not have are
 * passed over; a line without two colons, or a path that does not begin with '/', is EINVAL.
 * A trailing " (deleted)" (the cgroup of a zombie) is cut. `what` names the file in the error.
 */
LX_MUST_CHECK bool lx_membership_parse(
	const LxLayout *layout, LxSlice text, const char *what, LxMembership *out, GError **error);
void lx_membership_clear(LxMembership *membership);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxMembership, lx_membership_clear)

/* Every path is the root. */
bool lx_membership_is_root(const LxMembership *membership);

/* A path is `top` itself or below it, a whole component further. */
bool lx_membership_is_within(const char *path, const char *top);

/*
 * The root of a cgroup namespace: the path of one of its processes (`member`), cut at the root's
 * depth. That is told by any process seen from here (`here`) and from within (`within`): here
 * "/a/b" and within "/../../a/b", the root lies two below our own, which need not be the host's. A
 * path that is not so long gives itself.
 */
void lx_membership_namespace_root(const LxMembership *member, const LxMembership *here,
	const LxMembership *within, LxMembership *out);

/* Cuts a last component "init.scope" off every path: systemd moves itself there. */
void lx_membership_cut_init_scope(LxMembership *membership);
