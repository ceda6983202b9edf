/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The huge pages of a container's cgroup -> facts (Documentation/admin-guide/cgroup-v2.rst,
 * "HugeTLB"; cgroup-v1/hugetlb.rst). Any thread.
 */
#pragma once

#include "cgroup/cgroup.h"
#include "facts/hugetlb.h"

/*
 * Of every size of the host's pools the least limit of C and its ancestors, and C's use. Nothing
 * (n = 0) without a hugetlb cgroup. EINVAL for what is no number; ENOENT when the cgroup has gone.
 */
LX_MUST_CHECK bool lx_cgroup_read_hugetlb(
	LxCgroup *cgroup, const LxHugetlbPools *pools, LxHugetlb *out, GError **error);
