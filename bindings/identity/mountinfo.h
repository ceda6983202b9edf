/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cgroup mounts of a mount namespace (proc(5), /proc/PID/mountinfo): their roots, read from
 * outside, are the root of the cgroup namespace that they were made in.
 */
#pragma once

#include "cgroup/membership.h"

/*
 * The root of each hierarchy as it is mounted there; NULL where it is not mounted or lies outside
 * what we can see ("/.."). Of several mounts of one hierarchy the one nearest to the root that is
 * not the root itself. Lines that cannot be understood are passed over.
 */
void lx_mountinfo_cgroup_roots(const LxLayout *layout, LxSlice text, LxMembership *out);
