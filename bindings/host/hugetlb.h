/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's pools of huge pages (Documentation/admin-guide/mm/hugetlbpage.rst), as far as there
 * are any. Any thread.
 */
#pragma once

#include "facts/hugetlb.h"
#include "facts/meminfo.h"
#include "host/host.h"

/*
 * From the host's meminfo where that says it all: no page of any size, or only of the default one.
 * Else sys/kernel/mm/hugepages is looked through. Sizes that come or go meanwhile are left out.
 */
LX_MUST_CHECK bool lx_hugetlb_read_pools(
	LxHost *host, const LxMeminfo *meminfo, LxHugetlbPools *out, GError **error);
